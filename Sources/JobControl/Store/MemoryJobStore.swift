public import Bus
import Synchronization

/// Jobs that end with the process: for tests, and for `--store memory`.
///
/// Keeps the newest ``retention`` jobs; older ones that have ended are forgotten, so that memory stays bounded.
public final class MemoryJobStore: JobStore {
    /// How many jobs are kept at least. Unfinished jobs are never forgotten.
    public let retention: Int

    private let jobs = Mutex(MemoryJobs())

    public init(retention: Int = 100_000) {
        self.retention = retention
    }

    public func create(_ record: JobRecord, document: [UInt8], entries: [JobEntry], key: String?) async throws {
        try jobs.withLock { jobs in
            try jobs.insert(MemoryJob(record: record, document: document, entries: entries, key: key))
            // Forgetting in bulk keeps the cost of a submission constant.
            let surplus = jobs.count - retention
            if surplus > max(retention / 8, 1) { jobs.removeEnded(before: nil, keeping: retention, limit: surplus) }
        }
    }

    public func append(_ entries: [JobEntry], to record: JobRecord) async throws {
        try jobs.withLock { jobs in try jobs.append(entries, to: record) }
    }

    public func record(_ id: String) async throws -> JobRecord? {
        jobs.withLock { $0[id]?.record }
    }

    public func job(forKey key: String) async throws -> String? {
        jobs.withLock { $0.id(forKey: key) }
    }

    public func page(_ page: JobPage) async throws -> [JobRecord] {
        try jobs.withLock { jobs in try jobs.records(page) { page.filter.matches($0) } }
    }

    public func entries(of id: String, after sequence: UInt64, limit: Int) async throws -> [JobEntry] {
        jobs.withLock { jobs in
            let kept = jobs[id]?.entries ?? []
            return Array(kept.dropFirst(Int(clamping: sequence)).prefix(max(limit, 0)))
        }
    }

    public func document(_ id: String) async throws -> [UInt8]? {
        jobs.withLock { $0[id]?.document }
    }

    public func unfinished() async throws -> [JobRecord] {
        try jobs.withLock { jobs in
            try jobs.records(JobPage(limit: .max, order: .ascending)) { !$0.status.hasEnded }
        }
    }

    public func incomplete(after: String?, limit: Int) async throws -> [JobRecord] {
        try jobs.withLock { jobs in
            try jobs.records(JobPage(limit: limit, after: after, order: .ascending)) { $0.status == .revertIncomplete }
        }
    }

    public func lastEntries(limit: Int) async throws -> [LastEntry] {
        jobs.withLock { $0.lastEntries(limit: limit) }
    }

    public func removeEnded(olderThan time: Timestamp?, keeping count: Int?, limit: Int) async throws -> Int {
        jobs.withLock { $0.removeEnded(before: time, keeping: count, limit: limit) }
    }
}
