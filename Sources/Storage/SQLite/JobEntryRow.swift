import Bus
import JSON
import JobControl

/// A journal entry as its columns; made outside of the writer's thread, which has better things to do.
struct JobEntryRow: Sendable {
    let sequence: Int64
    let type: String
    let time: Int64
    let data: String
    let payload: String?

    private init(_ entry: JobEntry) {
        sequence = Int64(clamping: entry.sequence)
        type = entry.type.rawValue
        time = entry.time.millisecondsSinceEpoch
        data = JSONValue.object(entry.data).description
        payload = entry.payload?.description
    }

    /// All columns of a job's entry, in the order of `SQLiteSQL.Job.insertEntries`.
    func columns(of job: Int64) -> [any SQLiteValue] { [job, sequence, type, time, data, payload] }

    /// The rows of entries that follow each other.
    ///
    /// - Throws: ``JobStoreError/outOfSequence(job:expected:found:)`` when they do not.
    static func rows(of entries: [JobEntry], of job: String, after last: UInt64) throws(JobStoreError) -> [JobEntryRow]
    {
        var expected = last
        for entry in entries {
            expected += 1
            guard entry.sequence == expected else {
                throw .outOfSequence(job: job, expected: expected, found: entry.sequence)
            }
        }
        return entries.map(JobEntryRow.init)
    }
}
