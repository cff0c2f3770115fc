import Synchronization

/// Lets the calls for one request id run one after another, in the order in which they came; others do not wait.
final class Turns: Sendable {
    private typealias Waiting = [CheckedContinuation<Void, Never>]

    /// A key is there while somebody has the turn; the value is who waits for it, first come first.
    private let taken = Mutex<[String: Waiting]>([:])

    func take<Result: Sendable>(
        _ key: String,
        _ body: @Sendable () async throws -> Result
    ) async throws -> Result {
        await begin(key)
        defer { end(key) }
        // Who waited may have been given up meanwhile.
        try Task.checkCancellation()
        return try await body()
    }

    private func begin(_ key: String) async {
        await withCheckedContinuation { continuation in
            let isFree = taken.withLock { taken in
                guard taken[key] != nil else {
                    taken[key] = []
                    return true
                }
                taken[key]?.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    private func end(_ key: String) {
        let next = taken.withLock { taken -> CheckedContinuation<Void, Never>? in
            guard taken[key]?.isEmpty == false else {
                taken[key] = nil
                return nil
            }
            return taken[key]?.removeFirst()
        }
        next?.resume()
    }
}
