import Synchronization

/// What happened in a test, and a way to wait for it without looking again and again.
package final class Recorder<Element: Sendable>: Sendable {
    private struct Waiter {
        let ticket: UInt64
        let condition: @Sendable ([Element]) -> Bool
        let continuation: CheckedContinuation<[Element], any Error>
    }

    private struct State {
        var elements: [Element] = []
        var waiters: [Waiter] = []
        var lastTicket: UInt64 = 0
    }

    private let state = Mutex(State())

    package init() {}

    /// All that was recorded so far, in order.
    package var elements: [Element] { state.withLock { $0.elements } }

    /// Adds an element and lets those go on whose condition holds now.
    package func record(_ element: Element) {
        let (ready, elements) = state.withLock { state in
            state.elements.append(element)
            let elements = state.elements
            let ready = state.waiters.filter { $0.condition(elements) }
            state.waiters.removeAll { waiter in ready.contains { $0.ticket == waiter.ticket } }
            return (ready, elements)
        }
        for waiter in ready { waiter.continuation.resume(returning: elements) }
    }

    /// Waits until the elements fulfil `condition`, and returns them. A cancelled task stops waiting: give suites a
    /// time limit.
    @discardableResult
    package func wait(until condition: @escaping @Sendable ([Element]) -> Bool) async throws -> [Element] {
        let ticket = state.withLock { state in
            state.lastTicket += 1
            return state.lastTicket
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation {
                enqueue(Waiter(ticket: ticket, condition: condition, continuation: $0))
            }
        } onCancel: {
            giveUp(ticket)
        }
    }

    /// Waits until there are so many elements.
    @discardableResult
    package func wait(forCount count: Int) async throws -> [Element] {
        try await wait { $0.count >= count }
    }

    private func enqueue(_ waiter: Waiter) {
        let answer: Result<[Element], any Error>? = state.withLock { state in
            if waiter.condition(state.elements) { return .success(state.elements) }
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
}
