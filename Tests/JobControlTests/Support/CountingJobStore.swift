import Synchronization

@testable import JobControl

/// A store in memory that counts its writes, and can be told to fail.
final class CountingJobStore: JobStore {
    struct Broken: Error {}

    private let inner = MemoryJobStore()
    private let counts = Mutex((writes: 0, failsAfter: Int.max))

    var writes: Int { counts.withLock { $0.writes } }

    /// Lets every write after that many fail.
    func fail(after writes: Int) {
        counts.withLock { $0.failsAfter = writes }
    }

    func create(_ record: JobRecord, document: [UInt8], entries: [JobEntry]) async throws {
        try count()
        try await inner.create(record, document: document, entries: entries)
    }

    func append(_ entries: [JobEntry], to record: JobRecord) async throws {
        try count()
        try await inner.append(entries, to: record)
    }

    func record(_ id: String) async throws -> JobRecord? { try await inner.record(id) }

    func newest(_ limit: Int, matching filter: JobFilter) async throws -> [JobRecord] {
        try await inner.newest(limit, matching: filter)
    }

    func entries(of id: String, after sequence: UInt64, limit: Int) async throws -> [JobEntry] {
        try await inner.entries(of: id, after: sequence, limit: limit)
    }

    func document(_ id: String) async throws -> [UInt8]? { try await inner.document(id) }

    func unfinished() async throws -> [JobRecord] { try await inner.unfinished() }

    private func count() throws {
        try counts.withLock { counts in
            guard counts.writes < counts.failsAfter else { throw Broken() }
            counts.writes += 1
        }
    }
}
