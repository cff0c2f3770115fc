/// The right to go on with one job: whoever holds it runs the job and writes its journal, and nobody else does.
///
/// It lasts as long as its owner is heard of (``JobLeases/renew(_:for:)``). The token grows each time the job changes hands,
/// and every write names it: an owner that was only slow, and comes back when another has taken over, writes nothing.
public struct JobLease: Sendable, Hashable {
    /// The id of the job.
    public let job: String
    /// The job-control that holds it.
    public let owner: String
    /// How often the job has been taken, this time included.
    public let token: Int64

    public init(job: String, owner: String, token: Int64) {
        self.job = job
        self.owner = owner
        self.token = token
    }
}
