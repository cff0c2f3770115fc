import NIOCore
import Synchronization

/// One HTTP connection: who is at its other end, and whether they are still there.
///
/// Requests of a connection are answered one after another in one task. When the client leaves while a
/// request waits that nobody else needs, that task is cancelled, and with it the request on the bus.
final class Connection: Sendable {
    private struct State {
        var task: Task<Void, Never>?
        var hasLeft = false
        var mayAbandon = false
    }

    /// The peer's address without its port.
    let peer: String?
    /// `host:port` of the socket that accepted the connection.
    let localAuthority: String
    private let state = Mutex(State())

    init(_ channel: any Channel) {
        peer = channel.remoteAddress?.ipAddress
        let local = channel.localAddress
        let host = local?.ipAddress ?? "localhost"
        localAuthority = "\(host.contains(":") ? "[\(host)]" : host):\(local?.port ?? 80)"
    }

    /// Names the task that answers this connection's requests.
    func isAnswered(by task: Task<Void, Never>) {
        let mustEnd = state.withLock { state in
            state.task = task
            return state.hasLeft && state.mayAbandon
        }
        if mustEnd { task.cancel() }
    }

    /// The client is gone: what waits for it alone ends.
    func clientLeft() {
        let task = state.withLock { state in
            state.hasLeft = true
            return state.mayAbandon ? state.task : nil
        }
        task?.cancel()
    }

    /// Runs `body`, which is cancelled when the client leaves and `abandonable` says that it may be.
    func waiting<Result>(abandonable: Bool, _ body: () async throws -> Result) async rethrows -> Result {
        guard abandonable else { return try await body() }
        setMayAbandon(true)
        defer { setMayAbandon(false) }
        return try await body()
    }

    private func setMayAbandon(_ mayAbandon: Bool) {
        let task = state.withLock { state in
            state.mayAbandon = mayAbandon
            return mayAbandon && state.hasLeft ? state.task : nil
        }
        task?.cancel()
    }
}
