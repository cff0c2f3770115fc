import Bus
import Support

@testable import JobControl

/// A store in memory that tells how many jobs each call forgot.
final class RecordingRetention: JobStore {
    let sweeps = Recorder<Int>()
    private let inner = MemoryJobStore()

    func create(_ record: JobRecord, document: [UInt8], entries: [JobEntry], key: String?) async throws {
        try await inner.create(record, document: document, entries: entries, key: key)
    }

    func append(_ entries: [JobEntry], to record: JobRecord) async throws {
        try await inner.append(entries, to: record)
    }

    func record(_ id: String) async throws -> JobRecord? { try await inner.record(id) }

    func job(forKey key: String) async throws -> String? { try await inner.job(forKey: key) }

    func page(_ page: JobPage) async throws -> [JobRecord] { try await inner.page(page) }

    func entries(of id: String, after sequence: UInt64, limit: Int) async throws -> [JobEntry] {
        try await inner.entries(of: id, after: sequence, limit: limit)
    }

    func document(_ id: String) async throws -> [UInt8]? { try await inner.document(id) }

    func unfinished() async throws -> [JobRecord] { try await inner.unfinished() }

    func incomplete(after: String?, limit: Int) async throws -> [JobRecord] {
        try await inner.incomplete(after: after, limit: limit)
    }

    func lastEntries(limit: Int) async throws -> [LastEntry] { try await inner.lastEntries(limit: limit) }

    func removeEnded(olderThan time: Timestamp?, keeping count: Int?, limit: Int) async throws -> Int {
        let removed = try await inner.removeEnded(olderThan: time, keeping: count, limit: limit)
        sweeps.record(removed)
        return removed
    }
}
