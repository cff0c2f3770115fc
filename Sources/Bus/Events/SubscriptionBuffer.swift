import DequeModule
import Synchronization

/// What has arrived for one subscription and was not taken yet; bounded in messages and in bytes.
///
/// A consumer that is too slow slows nobody down: its buffer is emptied, and ``MessageDelivery/interrupted`` tells it
/// that something is missing.
final class SubscriptionBuffer: Sendable {
    /// A consumer that found nothing.
    private struct Waiter {
        let ticket: UInt64
        let continuation: CheckedContinuation<MessageDelivery?, Never>
    }

    private struct State {
        var deliveries = Deque<MessageDelivery>()
        var count = 0
        var byteCount = 0
        var waiters = Deque<Waiter>()
        var lastTicket: UInt64 = 0
        var isEnded = false
    }

    let prefix: String
    private let limit: Int
    private let byteLimit: Int
    private let state = Mutex(State())

    /// - Parameters:
    ///   - limit: how many messages it holds.
    ///   - byteLimit: how many bytes of messages it holds; what arrives together when it is empty may be more.
    init(prefix: String, limit: Int, byteLimit: Int = 64 * 1024 * 1024) {
        self.prefix = prefix
        self.limit = limit
        self.byteLimit = byteLimit
    }

    /// Adds messages that arrived together.
    func add(_ messages: EventMessages) {
        deliver { state in
            let hasRoom = state.count == 0 || state.byteCount + messages.byteCount <= byteLimit
            guard hasRoom, state.count + messages.count <= limit else { return Self.overflow(&state) }
            state.count += messages.count
            state.byteCount += messages.byteCount
            Self.append(messages, to: &state)
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
    func next() async -> MessageDelivery? {
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
        let answer: MessageDelivery?? = state.withLock { state in
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
        let handOver: (Waiter, MessageDelivery)? = state.withLock { state in
            guard !state.isEnded else { return nil }
            change(&state)
            guard let waiter = state.waiters.first, let delivery = Self.takeFirst(&state) else { return nil }
            state.waiters.removeFirst()
            return (waiter, delivery)
        }
        if let (waiter, delivery) = handOver { waiter.continuation.resume(returning: delivery) }
    }

    private static func append(_ messages: EventMessages, to state: inout State) {
        guard case .messages(var batch)? = state.deliveries.last else {
            return state.deliveries.append(.messages(messages))
        }
        // Let go of it in the queue first, so that the arrays grow in place.
        state.deliveries.removeLast()
        batch.append(messages)
        state.deliveries.append(.messages(batch))
    }

    private static func overflow(_ state: inout State) {
        state.deliveries = [.interrupted]
        (state.count, state.byteCount) = (0, 0)
    }

    private static func takeFirst(_ state: inout State) -> MessageDelivery? {
        let first = state.deliveries.popFirst()
        if case .messages(let messages)? = first {
            state.count -= messages.count
            state.byteCount -= messages.byteCount
        }
        return first
    }
}
