public import Bus

/// What has happened to a job so far.
public struct JobEvents: Sendable, Hashable {
    public var jobID: String
    public var status: JobStatus
    /// Whether the job has ended: then the last of its events is the last there will be.
    public var ended: Bool
    /// In sequence, without holes.
    public var events: [Event]

    public init(jobID: String, status: JobStatus, ended: Bool, events: [Event]) {
        self.jobID = jobID
        self.status = status
        self.ended = ended
        self.events = events
    }
}
