import Bus
import JobControl

/// A job store that ends the process before or after one of its writes.
struct CrashingJobStore: JobStore {
    private let store: any JobStore
    private let trigger: CrashTrigger

    init(_ store: any JobStore, _ trigger: CrashTrigger) {
        self.store = store
        self.trigger = trigger
    }

    func create(_ record: JobRecord, document: [UInt8], entries: [JobEntry], key: String?) async throws {
        try await trigger.write { try await store.create(record, document: document, entries: entries, key: key) }
    }

    func append(_ entries: [JobEntry], to record: JobRecord) async throws {
        try await trigger.write { try await store.append(entries, to: record) }
    }

    func record(_ id: String) async throws -> JobRecord? { try await store.record(id) }

    func job(forKey key: String) async throws -> String? { try await store.job(forKey: key) }

    func page(_ page: JobPage) async throws -> [JobRecord] { try await store.page(page) }

    func entries(of id: String, after sequence: UInt64, limit: Int) async throws -> [JobEntry] {
        try await store.entries(of: id, after: sequence, limit: limit)
    }

    func document(_ id: String) async throws -> [UInt8]? { try await store.document(id) }

    func unfinished() async throws -> [JobRecord] { try await store.unfinished() }

    func incomplete(after: String?, limit: Int) async throws -> [JobRecord] {
        try await store.incomplete(after: after, limit: limit)
    }

    func lastEntries(limit: Int) async throws -> [LastEntry] { try await store.lastEntries(limit: limit) }

    func removeEnded(olderThan time: Timestamp?, keeping count: Int?, limit: Int) async throws -> Int {
        try await store.removeEnded(olderThan: time, keeping: count, limit: limit)
    }
}
