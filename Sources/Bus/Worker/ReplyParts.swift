import DequeModule
import Synchronization

/// The parts of a reply that is too long, or takes too long, to be sent at once: see ``BusRequest/parts``.
///
/// The client says how many parts it takes, and grants more as it reads them; ``send(_:annotations:)`` waits for that,
/// so that a handler never has more under way than its client can take. The ``BusReply`` that the handler returns comes
/// after the last part and ends the reply.
///
/// ```swift
/// for row in rows { try await request.parts?.send(row) }
/// return .empty()
/// ```
public final class ReplyParts: Sendable {
    private struct Waiter {
        let ticket: UInt64
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var credits: Int
        var waiters: Deque<Waiter> = []
        var lastTicket: UInt64 = 0
        var isOver = false
    }

    private let correlation: UInt64
    private let key: UInt64
    private let mailbox: Mailbox<WorkerCommand>
    private let state: Mutex<State>

    /// - Parameters:
    ///   - correlation: the request's.
    ///   - key: the call's in its loop.
    ///   - credits: how many parts the client takes.
    ///   - mailbox: of the loop.
    init(correlation: UInt64, key: UInt64, credits: Int, mailbox: Mailbox<WorkerCommand>) {
        self.correlation = correlation
        self.key = key
        self.mailbox = mailbox
        state = Mutex(State(credits: credits))
    }

    /// Sends one part, once the client takes it. Parts arrive in the order in which they were sent.
    ///
    /// - Throws: `CancellationError` when the client gave up, when its connection or the broker's is lost, when the
    ///   handler has returned, or when the task is cancelled; ``EnvelopeError`` when the annotations or the body are
    ///   longer than a frame can tell.
    public func send(_ body: [UInt8], annotations: Annotations = [:]) async throws {
        let part = Envelope(.partial, status: .ok, correlation: correlation, annotations: annotations, body: body)
        let frame = try part.encodedBytes()
        try await takeCredit()
        guard mailbox.post(.part(key, frame)) else { throw CancellationError() }
    }

    /// The client takes so many more.
    func grant(_ count: Int) {
        let next = state.withLock { state -> [Waiter] in
            state.credits += count
            let served = min(state.credits, state.waiters.count)
            state.credits -= served
            defer { state.waiters.removeFirst(served) }
            return Array(state.waiters.prefix(served))
        }
        for waiter in next { waiter.continuation.resume() }
    }

    /// Nobody takes any more parts.
    func end() {
        let waiters = state.withLock { state in
            state.isOver = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.continuation.resume(throwing: CancellationError()) }
    }
}

extension ReplyParts {
    private func takeCredit() async throws {
        try Task.checkCancellation()
        guard try !takeCreditAtOnce() else { return }
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

    /// False when there is none, or others wait for one.
    private func takeCreditAtOnce() throws -> Bool {
        try state.withLock { state in
            if state.isOver { throw CancellationError() }
            guard state.credits > 0 else { return false }
            state.credits -= 1
            return true
        }
    }

    private func enqueue(_ waiter: Waiter) {
        let answer = state.withLock { state -> Result<Void, any Error>? in
            // Asked under the lock: a cancellation from now on finds the waiter.
            if state.isOver || Task.isCancelled { return .failure(CancellationError()) }
            guard state.credits == 0 else {
                state.credits -= 1
                return .success(())
            }
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
