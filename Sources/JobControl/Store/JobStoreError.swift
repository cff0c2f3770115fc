/// Why a job could not be written.
public enum JobStoreError: Error, Hashable, CustomStringConvertible {
    /// There is a job with that id.
    case exists(String)
    /// Another job was submitted with that idempotency key.
    case keyInUse(String, by: String)
    /// There is no job with that id.
    case unknown(String)
    /// The entries do not follow the journal's last one.
    case outOfSequence(job: String, expected: UInt64, found: UInt64)
    /// Another job-control has taken the job: nothing was written.
    case leaseLost(String)
    /// Too much is waiting, or somebody else keeps the store locked, as the sentence says. Nothing was written: try
    /// again after a while.
    case busy(String)

    public var description: String {
        switch self {
        case .exists(let id): "Job exists already: \(id)"
        case .keyInUse(let key, let id): "The idempotency key '\(key)' is that of job \(id)"
        case .unknown(let id): "Job not found: \(id)"
        case .outOfSequence(let job, let expected, let found):
            "cannot append entry \(found) to job \(job): entry \(expected) comes next"
        case .leaseLost(let id): "Job \(id) was taken over by another job-control"
        case .busy(let sentence): sentence
        }
    }
}
