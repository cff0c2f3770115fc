/// What job-control answered to a submission: the job is durable.
public struct JobSubmission: Sendable, Hashable {
    /// The job's id.
    public var jobID: String
    /// `running`, or `queued` when the job waits for its turn.
    public var status: JobStatus

    public init(jobID: String, status: JobStatus) {
        self.jobID = jobID
        self.status = status
    }
}
