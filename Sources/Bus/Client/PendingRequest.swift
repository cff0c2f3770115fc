import ZeroMQ

/// One request and the task that waits for its reply.
///
/// It is made by the waiting task and handed to the socket's thread through the mailbox, whose lock orders the two;
/// from then on everything that changes here belongs to that thread, which is what makes `@unchecked` right.
/// ``finish(_:)`` lets go of the continuation, so nobody is resumed twice.
final class PendingRequest: @unchecked Sendable {
    typealias Outcome = Result<Reply, BusError>

    enum Phase {
        /// On no connection.
        case waiting
        /// On the link of this number: it may have run.
        case sent(link: Int)
        case finished
    }

    let parameters: RequestParameters
    /// Zero until the socket's thread has chosen one, if the caller has not.
    private(set) var requestID: RequestID
    /// Where the parts of its reply go; nil when it takes none.
    let parts: PartsBuffer?
    /// Whether a part has come: a second attempt would begin the reply anew.
    private(set) var hasBegunReply = false
    /// Set by the waiting task before the request is posted.
    var continuation: UnsafeContinuation<Outcome, Never>?
    private(set) var phase = Phase.waiting
    /// Where the socket's thread keeps it; 0 when it does not.
    var key: UInt64 = 0
    /// Whether it was on a connection that was lost.
    private(set) var isRepeated = false
    /// The number of the link it is on, if any.
    var link: Int? { if case .sent(let link) = phase { link } else { nil } }
    var isFinished: Bool { if case .finished = phase { true } else { false } }
    /// Whether an attempt may have reached a worker.
    var mayHaveRun: Bool { link != nil || isRepeated }

    /// Whether it is sent again when its connection is lost.
    var isRepeatable: Bool { parameters.isRepeatable && !hasBegunReply }

    init(_ parameters: RequestParameters, parts: PartsBuffer? = nil) {
        self.parameters = parameters
        self.parts = parts
        requestID = parameters.requestID ?? .zero
    }

    /// Gives it the id of all its attempts, when its caller has not.
    func name(_ id: RequestID) { requestID = id }

    /// The request as it goes out now.
    func frame(at now: Moment) throws(EnvelopeError) -> Message {
        try parameters.frame(correlation: key, requestID: requestID, isRepeated: isRepeated, at: now)
    }

    func wasSent(over link: Int) { phase = .sent(link: link) }

    /// Puts it back to be sent over another link, as its own was lost.
    func wasLost() {
        phase = .waiting
        isRepeated = true
    }

    /// Puts it back to be sent over another link, as the broker did not take it.
    func wasTurnedAway() { phase = .waiting }

    func replyHasBegun() { hasBegunReply = true }

    /// Notes a cancellation that overtook the request itself, whose continuation is still the waiting task's.
    func wasCancelledEarly() { phase = .finished }

    /// Resumes the waiting task; later calls do nothing.
    func finish(_ outcome: Outcome) {
        phase = .finished
        parts?.end(outcome)
        continuation.take()?.resume(returning: outcome)
    }
}
