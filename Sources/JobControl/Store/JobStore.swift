public import Bus

/// Where jobs are kept: a summary, the submitted document and the journal of each.
///
/// Every write returns only when it is durable, and a write is all or nothing: an entry is never there without
/// the summary that was written with it. Entries of one job are appended by one writer, in sequence. A write throws
/// ``JobStoreError/busy(_:)`` when it certainly was not made and may be tried again; after any other error of the
/// store's own it may have been made.
public protocol JobStore: Sendable {
    /// Keeps a new job: its summary, the bytes of its document as they were submitted, its first entries.
    ///
    /// - Parameter key: the submitter's own name for the submission, which no other job that is kept has.
    /// - Throws: ``JobStoreError/exists(_:)`` when there is a job with that id, and otherwise
    ///   ``JobStoreError/keyInUse(_:by:)`` when there is one with that key.
    func create(_ record: JobRecord, document: [UInt8], entries: [JobEntry], key: String?) async throws

    /// Appends entries to a job's journal and puts `record` in the place of its summary, but for
    /// ``JobRecord/parent`` and ``JobRecord/documentHash``.
    ///
    /// - Throws: ``JobStoreError/unknown(_:)`` when there is no such job;
    ///   ``JobStoreError/outOfSequence(job:expected:found:)`` when the first entry does not follow the last one
    ///   that is kept, which means that somebody else wrote.
    func append(_ entries: [JobEntry], to record: JobRecord) async throws

    /// The summary of one job; nil when there is no such job.
    func record(_ id: String) async throws -> JobRecord?

    /// The id of the job that was submitted with that key; nil when none was, or is kept no longer.
    func job(forKey key: String) async throws -> String?

    /// A part of the list, in the order that it asks for: the order of submission, whatever the ids are.
    ///
    /// - Throws: ``JobStoreError/unknown(_:)`` when there is no job that the page is to come after.
    func page(_ page: JobPage) async throws -> [JobRecord]

    /// Up to `limit` entries with a sequence above `sequence`, in sequence; none for an unknown job.
    func entries(of id: String, after sequence: UInt64, limit: Int) async throws -> [JobEntry]

    /// The document as it was submitted; nil when there is no such job.
    func document(_ id: String) async throws -> [UInt8]?

    /// The jobs whose status is one of ``JobStatus/unfinished``, in order of submission.
    func unfinished() async throws -> [JobRecord]

    /// Up to `limit` jobs that are ``JobStatus/revertIncomplete``, in order of submission, after the job `after`.
    ///
    /// - Throws: ``JobStoreError/unknown(_:)`` when there is no job `after`.
    func incomplete(after: String?, limit: Int) async throws -> [JobRecord]

    /// The last entries of jobs that nothing follows by itself: of those that ended last, of those that are
    /// ``JobStatus/revertIncomplete`` and of those that are paused up to `limit` each, in any order.
    func lastEntries(limit: Int) async throws -> [LastEntry]

    /// Forgets up to `limit` jobs that have ended, with all that is kept of them and with their keys: those that
    /// ended before `time`, and those after which `count` jobs or more were submitted. A job that has not ended, or
    /// has ended as ``JobStatus/revertIncomplete``, is never forgotten.
    ///
    /// - Returns: how many were forgotten; fewer than `limit` when there were no more.
    func removeEnded(olderThan time: Timestamp?, keeping count: Int?, limit: Int) async throws -> Int
}
