/// Where jobs are kept: a summary, the submitted document and the journal of each.
///
/// Every write returns only when it is durable, and a write is all or nothing: an entry is never there without
/// the summary that was written with it. Entries of one job are appended by one writer, in sequence. A write throws
/// ``JobStoreError/busy(_:)`` when it certainly was not made and may be tried again; after any other error of the
/// store's own it may have been made.
public protocol JobStore: Sendable {
    /// Keeps a new job: its summary, the bytes of its document as they were submitted, its first entries.
    ///
    /// - Throws: ``JobStoreError/exists(_:)`` when there is a job with that id.
    func create(_ record: JobRecord, document: [UInt8], entries: [JobEntry]) async throws

    /// Appends entries to a job's journal and puts `record` in the place of its summary.
    ///
    /// - Throws: ``JobStoreError/unknown(_:)`` when there is no such job;
    ///   ``JobStoreError/outOfSequence(job:expected:found:)`` when the first entry does not follow the last one
    ///   that is kept, which means that somebody else wrote.
    func append(_ entries: [JobEntry], to record: JobRecord) async throws

    /// The summary of one job; nil when there is no such job.
    func record(_ id: String) async throws -> JobRecord?

    /// The newest `limit` jobs that `filter` matches, oldest first.
    func newest(_ limit: Int, matching filter: JobFilter) async throws -> [JobRecord]

    /// Up to `limit` entries with a sequence above `sequence`, in sequence; none for an unknown job.
    func entries(of id: String, after sequence: UInt64, limit: Int) async throws -> [JobEntry]

    /// The document as it was submitted; nil when there is no such job.
    func document(_ id: String) async throws -> [UInt8]?

    /// The jobs whose status is one of ``JobStatus/unfinished``, in order of submission.
    func unfinished() async throws -> [JobRecord]
}

extension JobStore {
    /// The newest `limit` jobs, oldest first.
    public func newest(_ limit: Int) async throws -> [JobRecord] {
        try await newest(limit, matching: JobFilter())
    }
}
