public import Bus

/// What a list of jobs shows of one job: the summary that is written together with every journal entry.
///
/// All of it can be read from the job's entries; it is kept beside them so that a list needs no journal.
public struct JobRecord: Sendable, Hashable {
    /// A lowercase UUID: one of version 7, unless whoever submitted the job chose it.
    public var id: String
    public var status: JobStatus
    /// The document's `name`, where it has one.
    public var name: String?
    public var createdAt: Timestamp
    /// When the job ended; nil while it has not.
    public var completedAt: Timestamp?
    /// How many steps the document has.
    public var steps: Int
    /// One sentence that says why the job failed.
    public var error: String?
    /// The name of the task that made the job fail (its tag, where it has no name).
    public var failedTask: String?
    /// The job that this one runs again; nil when it was submitted by itself. Stays as it was created.
    public var parent: String?
    /// SHA-256 of the submitted document, 64 hexadecimal digits: the same for two texts that mean the same job.
    /// Stays as it was created.
    public var documentHash: String

    public init(
        id: String,
        status: JobStatus,
        name: String? = nil,
        createdAt: Timestamp,
        completedAt: Timestamp? = nil,
        steps: Int,
        error: String? = nil,
        failedTask: String? = nil,
        parent: String? = nil,
        documentHash: String = ""
    ) {
        self.id = id
        self.status = status
        self.name = name
        self.createdAt = createdAt
        self.completedAt = completedAt
        self.steps = steps
        self.error = error
        self.failedTask = failedTask
        self.parent = parent
        self.documentHash = documentHash
    }
}
