import Bus

/// All that ``MemoryJobStore`` keeps of one job.
struct MemoryJob {
    /// The how manieth submission it was.
    var number = 0
    var record: JobRecord
    var document: [UInt8]
    var entries: [JobEntry]
    var key: String?

    /// When it ended; when it was submitted, while it has not.
    var restsSince: Timestamp { record.completedAt ?? record.createdAt }
}
