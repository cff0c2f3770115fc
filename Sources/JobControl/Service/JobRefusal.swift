import Bus

/// Why a job is not taken, or is not followed to its end.
public enum JobRefusal: Error, Hashable, CustomStringConvertible {
    /// So many jobs run and wait that no more are taken for now.
    case overloaded(waiting: Int)
    /// The store cannot take the job for now, as the sentence says.
    case storeIsBusy(String)
    /// This process is going down. A job that was accepted goes on when it is back.
    case shuttingDown

    public var description: String {
        switch self {
        case .overloaded(let waiting): "job-control has \(waiting) jobs waiting, and takes no more for now"
        case .storeIsBusy(let sentence): "The job was not taken: \(sentence)"
        case .shuttingDown: "job-control is shutting down; accepted jobs go on when it is back"
        }
    }

    /// The answer 503, with the seconds after which to try again.
    var reply: BusReply {
        var reply = Problem(.serviceUnavailable, description).reply
        reply.annotations[Annotations.retryAfter] = "1"
        return reply
    }
}
