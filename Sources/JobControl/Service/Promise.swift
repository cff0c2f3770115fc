import Synchronization

/// A value that will be there once, and the tasks that wait for it.
///
/// A waiting task that is cancelled stops waiting; the value comes all the same.
final class Promise<Value: Sendable>: Sendable {
    private struct Waiter {
        let ticket: UInt64
        let continuation: CheckedContinuation<Value, any Error>
    }

    private struct State {
        var result: Result<Value, any Error>?
        var waiters: [Waiter] = []
        var lastTicket: UInt64 = 0
    }

    private let state = Mutex(State())

    /// The value when it is there already; nil before, and when there will be none.
    var valueNow: Value? { state.withLock { try? $0.result?.get() } }

    /// Hands the result to whoever waits, now and later. Only the first result counts.
    func fulfil(_ result: Result<Value, any Error>) {
        let waiters = state.withLock { state -> [Waiter] in
            guard state.result == nil else { return [] }
            state.result = result
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.continuation.resume(with: result) }
    }

    /// The value, once it is there.
    ///
    /// - Throws: what it was fulfilled with; `CancellationError` when the waiting task is cancelled.
    var value: Value {
        get async throws {
            let ticket = state.withLock { state in
                state.lastTicket += 1
                return state.lastTicket
            }
            return try await withTaskCancellationHandler {
                try await withCheckedThrowingContinuation { enqueue(Waiter(ticket: ticket, continuation: $0)) }
            } onCancel: {
                giveUp(ticket)
            }
        }
    }

    private func enqueue(_ waiter: Waiter) {
        let result: Result<Value, any Error>? = state.withLock { state in
            if let result = state.result { return result }
            // Asked under the lock: a cancellation from now on finds the waiter.
            if Task.isCancelled { return .failure(CancellationError()) }
            state.waiters.append(waiter)
            return nil
        }
        if let result { waiter.continuation.resume(with: result) }
    }

    private func giveUp(_ ticket: UInt64) {
        let waiter = state.withLock { state in
            state.waiters.firstIndex { $0.ticket == ticket }.map { state.waiters.remove(at: $0) }
        }
        waiter?.continuation.resume(throwing: CancellationError())
    }
}
