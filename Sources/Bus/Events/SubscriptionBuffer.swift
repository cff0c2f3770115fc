import DequeModule
import Synchronization

/// What has arrived for one subscription and was not taken yet; bounded.
///
/// A consumer that is too slow slows nobody down: its buffer is emptied, and ``Delivery/interrupted`` tells it that
/// something is missing.
final class SubscriptionBuffer: Sendable {
    /// A consumer that found nothing.
    private struct Waiter {
        let ticket: UInt64
        let continuation: CheckedContinuation<Delivery?, Never>
    }

    private struct State {
        var deliveries = Deque<Delivery>()
        var eventCount = 0
        var waiters = Deque<Waiter>()
        var lastTicket: UInt64 = 0
        var isEnded = false
    }

    let prefix: String
    private let limit: Int
    private let state = Mutex(State())

    /// - Parameter limit: how many events it holds.
    init(prefix: String, limit: Int) {
        self.prefix = prefix
        self.limit = limit
    }

    /// Adds events that arrived together.
    func add(_ events: [Event]) {
        deliver { state in
            guard state.eventCount + events.count <= limit else { return Self.overflow(&state) }
            state.eventCount += events.count
            Self.append(events, to: &state)
        }
    }

    /// Notes that something may be missing from here on.
    func interrupt() {
        deliver { state in
            if state.deliveries.last != .interrupted { state.deliveries.append(.interrupted) }
        }
    }

    /// Hands out what is there, then nothing more.
    func end() {
        let waiters = state.withLock { state in
            state.isEnded = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.continuation.resume(returning: nil) }
    }

    /// The next delivery, waiting for it; nil at the end, and when the task is cancelled.
    func next() async -> Delivery? {
        let ticket = state.withLock { state in
            state.lastTicket += 1
            return state.lastTicket
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { wait(Waiter(ticket: ticket, continuation: $0)) }
        } onCancel: {
            giveUp(ticket)
        }
    }

    private func wait(_ waiter: Waiter) {
        let answer: Delivery?? = state.withLock { state in
            if let delivery = Self.takeFirst(&state) { return delivery }
            // Asked under the lock: a cancellation from now on finds the waiter.
            if state.isEnded || Task.isCancelled { return .some(nil) }
            state.waiters.append(waiter)
            return nil
        }
        if let answer { waiter.continuation.resume(returning: answer) }
    }

    private func giveUp(_ ticket: UInt64) {
        let waiter = state.withLock { state in
            state.waiters.firstIndex { $0.ticket == ticket }.map { state.waiters.remove(at: $0) }
        }
        waiter?.continuation.resume(returning: nil)
    }

    /// Changes the buffer, then hands its first delivery to whoever waits, outside of the lock.
    private func deliver(_ change: (inout State) -> Void) {
        let handOver: (Waiter, Delivery)? = state.withLock { state in
            guard !state.isEnded else { return nil }
            change(&state)
            guard let waiter = state.waiters.first, let delivery = Self.takeFirst(&state) else { return nil }
            state.waiters.removeFirst()
            return (waiter, delivery)
        }
        if let (waiter, delivery) = handOver { waiter.continuation.resume(returning: delivery) }
    }

    private static func append(_ events: [Event], to state: inout State) {
        guard case .events(var batch)? = state.deliveries.last else {
            return state.deliveries.append(.events(events))
        }
        // Let go of it in the queue first, so that the array grows in place.
        state.deliveries.removeLast()
        batch += events
        state.deliveries.append(.events(batch))
    }

    private static func overflow(_ state: inout State) {
        state.deliveries = [.interrupted]
        state.eventCount = 0
    }

    private static func takeFirst(_ state: inout State) -> Delivery? {
        let first = state.deliveries.popFirst()
        if case .events(let events)? = first { state.eventCount -= events.count }
        return first
    }
}
