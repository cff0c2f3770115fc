import Synchronization

/// Something that happens once or never, and the tasks that wait for it.
package final class OneTimeSignal: Sendable {
    private enum Outcome { case happened, ended }

    private struct Waiter {
        let ticket: UInt64
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var outcome: Outcome?
        var waiters: [Waiter] = []
        var lastTicket: UInt64 = 0
    }

    private let state = Mutex(State())

    package init() {}

    /// Lets every waiting task go on, now and later.
    package func happen() { settle(.happened) }

    /// Says that it will not happen any more.
    package func end() { settle(.ended) }

    /// Waits until it happens.
    ///
    /// - Throws: ``BusError/Code/closed`` when it will not happen any more; `CancellationError`.
    package func wait() async throws {
        let ticket = state.withLock { state in
            state.lastTicket += 1
            return state.lastTicket
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { enqueue(Waiter(ticket: ticket, continuation: $0)) }
        } onCancel: {
            giveUp(ticket)
        }
    }

    /// Waits until it happens, but not longer than `timeout`.
    ///
    /// - Throws: `failure` when that time is over; ``BusError/Code/closed`` when it will not happen any more;
    ///   `CancellationError`.
    package func wait(within timeout: Duration, orThrow failure: BusError) async throws {
        try await withThrowingTaskGroup { group in
            group.addTask { try await self.wait() }
            group.addTask {
                try await Task.sleep(for: timeout)
                throw failure
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private func enqueue(_ waiter: Waiter) {
        let answer: Result<Void, any Error>? = state.withLock { state in
            if let outcome = state.outcome { return Self.answer(outcome) }
            // Asked under the lock: a cancellation from now on finds the waiter.
            if Task.isCancelled { return .failure(CancellationError()) }
            state.waiters.append(waiter)
            return nil
        }
        if let answer { waiter.continuation.resume(with: answer) }
    }

    private func giveUp(_ ticket: UInt64) {
        let waiter = state.withLock { state in
            state.waiters.firstIndex { $0.ticket == ticket }.map { state.waiters.remove(at: $0) }
        }
        waiter?.continuation.resume(throwing: CancellationError())
    }

    private func settle(_ outcome: Outcome) {
        let waiters = state.withLock { state -> [Waiter] in
            guard state.outcome == nil else { return [] }
            state.outcome = outcome
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.continuation.resume(with: Self.answer(outcome)) }
    }

    private static func answer(_ outcome: Outcome) -> Result<Void, any Error> {
        switch outcome {
        case .happened: .success(())
        case .ended: .failure(BusError(.closed, "what was waited for has ended"))
        }
    }
}
