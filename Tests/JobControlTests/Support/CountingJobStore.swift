import Bus
import Support
import Synchronization

@testable import JobControl

/// A store in memory that counts its writes, and can be told to fail.
final class CountingJobStore: JobStore {
    struct Broken: Error {}

    /// What becomes of one write.
    struct Fault {
        var error: any Error = Broken()
        /// Whether the write is made all the same, as when its confirmation is lost.
        var isMade = false
    }

    /// How many jobs each call has forgotten.
    let sweeps = Recorder<Int>()
    private let inner = MemoryJobStore()
    private let counts = Mutex((writes: 0, failsAfter: Int.max))
    private let faults = Mutex<[Int: Fault]>([:])

    var writes: Int { counts.withLock { $0.writes } }

    /// Lets every write after that many fail.
    func fail(after writes: Int) {
        counts.withLock { $0.failsAfter = writes }
    }

    /// Lets that write fail, counted from 0 over all that were begun; those after it are made.
    func fail(_ write: Int, _ fault: Fault = Fault()) {
        faults.withLock { $0[write] = fault }
    }

    func create(_ record: JobRecord, document: [UInt8], entries: [JobEntry], key: String?) async throws {
        try await counting { try await inner.create(record, document: document, entries: entries, key: key) }
    }

    func append(_ entries: [JobEntry], to record: JobRecord) async throws {
        try await counting { try await inner.append(entries, to: record) }
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

    private func counting(_ write: () async throws -> Void) async throws {
        let number = try counts.withLock { counts in
            guard counts.writes < counts.failsAfter else { throw Broken() }
            defer { counts.writes += 1 }
            return counts.writes
        }
        let fault = faults.withLock { $0[number] }
        if fault?.isMade != false { try await write() }
        if let fault { throw fault.error }
    }
}
