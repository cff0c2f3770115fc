import Synchronization

/// Jobs that end with the process: for tests, and for `--store memory`.
///
/// Keeps the newest ``retention`` jobs; older ones that have ended are forgotten, so that memory stays bounded.
public final class MemoryJobStore: JobStore {
    /// How many jobs are kept at least. Unfinished jobs are never forgotten.
    public let retention: Int

    private struct Job {
        var record: JobRecord
        var document: [UInt8]
        var entries: [JobEntry]
    }

    private struct Jobs {
        var byID: [String: Job] = [:]
        /// In order of submission.
        var order: [String] = []
    }

    private let jobs = Mutex(Jobs())

    public init(retention: Int = 100_000) {
        self.retention = retention
    }

    public func create(_ record: JobRecord, document: [UInt8], entries: [JobEntry]) async throws {
        try jobs.withLock { jobs in
            guard jobs.byID[record.id] == nil else { throw JobStoreError.exists(record.id) }
            try Self.check(entries, follow: [], of: record.id)
            jobs.byID[record.id] = Job(record: record, document: document, entries: entries)
            jobs.order.append(record.id)
            // Forgetting in bulk keeps the cost of a submission constant.
            if jobs.order.count > retention + max(retention / 8, 1) { Self.forgetOldest(in: &jobs, keeping: retention) }
        }
    }

    public func append(_ entries: [JobEntry], to record: JobRecord) async throws {
        try jobs.withLock { jobs in
            guard let kept = jobs.byID[record.id]?.entries else { throw JobStoreError.unknown(record.id) }
            try Self.check(entries, follow: kept, of: record.id)
            jobs.byID[record.id]?.entries.append(contentsOf: entries)
            jobs.byID[record.id]?.record = record
        }
    }

    public func record(_ id: String) async throws -> JobRecord? {
        jobs.withLock { $0.byID[id]?.record }
    }

    public func newest(_ limit: Int, matching filter: JobFilter) async throws -> [JobRecord] {
        jobs.withLock { jobs in
            var matches: [JobRecord] = []
            for id in jobs.order.reversed() where matches.count < limit {
                guard let record = jobs.byID[id]?.record, filter.matches(record) else { continue }
                matches.append(record)
            }
            return matches.reversed()
        }
    }

    public func entries(of id: String, after sequence: UInt64, limit: Int) async throws -> [JobEntry] {
        jobs.withLock { jobs in
            let kept = jobs.byID[id]?.entries ?? []
            return Array(kept.dropFirst(Int(clamping: sequence)).prefix(max(limit, 0)))
        }
    }

    public func document(_ id: String) async throws -> [UInt8]? {
        jobs.withLock { $0.byID[id]?.document }
    }

    public func unfinished() async throws -> [JobRecord] {
        jobs.withLock { jobs in
            jobs.order.compactMap { jobs.byID[$0]?.record }.filter { !$0.status.hasEnded }
        }
    }

    private static func check(_ entries: [JobEntry], follow kept: [JobEntry], of id: String) throws {
        var expected = (kept.last?.sequence ?? 0) + 1
        for entry in entries {
            guard entry.sequence == expected else {
                throw JobStoreError.outOfSequence(job: id, expected: expected, found: entry.sequence)
            }
            expected += 1
        }
    }

    private static func forgetOldest(in jobs: inout Jobs, keeping retention: Int) {
        var surplus = jobs.order.count - retention
        jobs.order.removeAll { id in
            guard surplus > 0, jobs.byID[id]?.record.status.hasEnded ?? true else { return false }
            surplus -= 1
            jobs.byID[id] = nil
            return true
        }
    }
}
