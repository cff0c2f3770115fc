import Bus

/// Why a job is not taken, or is not followed to its end.
public enum JobRefusal: Error, Hashable, CustomStringConvertible {
    /// So many jobs run and wait that no more are taken for now.
    case overloaded(waiting: Int)
    /// The job was submitted before, by its key or under its id.
    case alreadySubmitted(String)
    /// The store cannot take the job for now, as the sentence says.
    case storeIsBusy(String)
    /// This process is going down. A job that was accepted goes on when it is back.
    case shuttingDown

    public var description: String {
        switch self {
        case .overloaded(let waiting): "job-control has \(waiting) jobs waiting, and takes no more for now"
        case .alreadySubmitted(let id): "The job was submitted before, as \(id)"
        case .storeIsBusy(let sentence): "The job was not taken: \(sentence)"
        case .shuttingDown: "job-control is shutting down; accepted jobs go on when it is back"
        }
    }

    /// 429 when the submitter asks for too much, 409 when there is such a job, else 503.
    private var status: Status {
        switch self {
        case .overloaded: .tooManyRequests
        case .alreadySubmitted: .conflict
        case .storeIsBusy, .shuttingDown: .serviceUnavailable
        }
    }

    /// The answer that says so, with the seconds after which to try again.
    var reply: BusReply {
        var reply = Problem(status, description).reply
        reply.annotations[Annotations.retryAfter] = "1"
        return reply
    }
}
