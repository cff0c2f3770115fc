import Bus

/// Writes a job's entries, and publishes each as an event once it is durable: never before, and in sequence.
struct JobJournal: Sendable {
    /// How many entries are read at once.
    private static let page = 1_000

    let store: any JobStore
    let publish: @Sendable ([Event]) -> Void

    /// Keeps a job that was just submitted.
    func create(_ record: JobRecord, document: [UInt8], entries: [JobEntry]) async throws {
        try await store.create(record, document: document, entries: entries)
        publish(entries.map { $0.event(of: record.id) })
    }

    /// Goes on with a job's journal.
    func append(_ entries: [JobEntry], to record: JobRecord) async throws {
        try await store.append(entries, to: record)
        publish(entries.map { $0.event(of: record.id) })
    }

    /// A job's machine as the journal tells it.
    func replay(_ id: String, tasksAtOnce: Int) async throws -> JobMachine {
        guard let bytes = try await store.document(id) else { throw JobStoreError.unknown(id) }
        var entries: [JobEntry] = []
        while case let more = try await store.entries(of: id, after: UInt64(entries.count), limit: Self.page),
            !more.isEmpty
        {
            entries += more
        }
        return JobMachine(
            id: id,
            document: try JobDocument(parsing: bytes),
            replaying: entries,
            tasksAtOnce: tasksAtOnce
        )
    }
}
