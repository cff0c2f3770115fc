import Bus
import JSON
import JobControl

/// Jobs and entries for the tests of job stores.
protocol JobSamples {}

extension JobSamples {
    /// When the jobs of tests were submitted.
    static var start: Timestamp { Timestamp(millisecondsSinceEpoch: 1_769_850_900_123) }

    func record(_ id: String, _ status: JobStatus = .queued, name: String? = nil) -> JobRecord {
        JobRecord(id: id, status: status, name: name, createdAt: Self.start, steps: 2)
    }

    func entry(_ sequence: UInt64, _ type: JobEntryType = .warning, payload: JSONValue? = nil) -> JobEntry {
        JobEntry(
            sequence: sequence,
            type: type,
            time: Self.start + .milliseconds(sequence),
            data: ["n": JSONValue(sequence), "text": "a\u{0}b"],
            payload: payload
        )
    }

    /// A job that ended so many seconds after the start.
    func ended(_ id: String, _ status: JobStatus = .completed, at second: Int) -> JobRecord {
        var job = record(id, status)
        job.completedAt = Self.start + .seconds(second)
        return job
    }
}
