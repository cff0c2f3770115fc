import Bus
import Discovery
import JSON

extension TaskFailure {
    /// What a service answered that is no success.
    init(of service: ServiceTarget, _ reply: Reply) {
        let problem = Problem(parsing: reply.body)
        let status = Int(reply.status.rawValue)
        let wasNotSent = service.registryID != nil && problem?.wasNotSent == true
        self.init(
            "\(service.name) answered \(status): \(problem?.sentence ?? reply.status.reasonPhrase)",
            status: status,
            effect: wasNotSent || Status.isRefusal(status) ? .none : .unknown,
            retryAfter: reply.annotations[Annotations.retryAfter].flatMap(Self.pause)
        )
    }

    /// That a service did not answer.
    init(of service: ServiceTarget, _ error: BusError, _ timeout: Duration) {
        let isTimeout = error.code == .timedOut
        self.init(
            isTimeout
                ? "\(service.name) did not answer within \(timeout.spoken)"
                : "\(service.name) did not answer: \(error.message)",
            status: Int(error.status.rawValue),
            effect: error.code.mayHaveRun ? .unknown : .none,
            kind: Kind(error.code),
            retryAfter: error.retryAfter
        )
    }

    /// Reads `retry-after`: seconds, as HTTP's dates are for caches; nil for anything else.
    private static func pause(_ text: String) -> Duration? {
        Double(text).flatMap { DurationText.duration(milliseconds: $0 * 1_000) }
    }
}

extension TaskFailure.Kind {
    fileprivate init?(_ code: BusError.Code) {
        switch code {
        case .timedOut: self = .timeout
        case .workerLost: self = .workerLost
        case .noWorker: self = .noWorker
        case .overloaded: self = .overloaded
        case .unreachable: self = .unreachable
        default: return nil
        }
    }
}

extension Status {
    /// Whether that answer says that nothing was done, now and if asked again.
    ///
    /// A worker that is ended cuts its handlers off with 499: that is no refusal, the work may be half done.
    static func isRefusal(_ status: Int) -> Bool {
        (400...499).contains(status) && status != clientClosedRequest.rawValue
    }
}
