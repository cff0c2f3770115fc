public import JSON

/// Where a job stands after it was steered.
public struct JobStanding: Sendable, Hashable {
    public var jobID: String
    public var status: JobStatus
    /// The job that this one was made from, for a replay.
    public var parent: String?
    /// The answer as it came.
    public var json: JSONValue

    init?(_ json: JSONValue) {
        guard let jobID = json["jobId"]?.stringValue else { return nil }
        self.jobID = jobID
        status = JobClient.status(in: json) ?? .running
        parent = json["parent"]?.stringValue
        self.json = json
    }
}
