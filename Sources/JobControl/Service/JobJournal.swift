import Bus

/// Writes a job's entries, and publishes each as an event once it is durable: never before, and in sequence.
///
/// What the store cannot do throws a ``JournalFailure``.
struct JobJournal: Sendable {
    /// How many entries are read at once.
    private static let page = 1_000
    /// More than what a process may have written at once and not told yet: a store commits up to a thousand writes together.
    private static let untoldLimit = 2_000

    let store: any JobStore
    let publish: @Sendable ([Event]) -> Void

    /// Keeps a job that was just submitted.
    func create(_ record: JobRecord, document: [UInt8], entries: [JobEntry], key: String? = nil) async throws {
        try await write(entries, of: record) {
            try await store.create(record, document: document, entries: entries, key: key)
        }
    }

    /// Goes on with a job's journal.
    func append(_ entries: [JobEntry], to record: JobRecord) async throws {
        try await write(entries, of: record) { try await store.append(entries, to: record) }
    }

    /// Whether a job was kept.
    func has(_ id: String) async throws -> Bool {
        try await reading { try await store.record(id) } != nil
    }

    /// A job's machine as the journal tells it.
    ///
    /// - Parameter published: the last entry that was published; later ones are published now. Nil when that is not
    ///   known, so that none is.
    func replay(
        _ id: String,
        options: JobMachine.Options,
        publishingAfter published: UInt64? = nil
    ) async throws -> JobMachine {
        guard let bytes = try await reading({ try await store.document(id) }) else { throw JobStoreError.unknown(id) }
        let document = try JobDocument(parsing: bytes)
        let entries = try await reading { try await all(of: id) }
        if let published {
            let later = entries.drop { $0.sequence <= published }
            if !later.isEmpty { publish(later.map { $0.event(of: id) }) }
        }
        return JobMachine(id: id, document: document, replaying: entries, options: options)
    }

    /// Publishes the last events of jobs that nothing follows by itself: an earlier life may have ended between writing
    /// them and telling them, and nobody would learn of a job's end. Who has seen them takes no notice.
    func publishLastEntries() async throws {
        publish(try await store.lastEntries(limit: Self.untoldLimit).map { $0.entry.event(of: $0.job) })
    }

    private func all(of id: String) async throws -> [JobEntry] {
        var entries: [JobEntry] = []
        while case let more = try await store.entries(of: id, after: UInt64(entries.count), limit: Self.page),
            !more.isEmpty
        {
            entries += more
        }
        return entries
    }

    private func write(_ entries: [JobEntry], of record: JobRecord, _ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch {
            throw JournalFailure(cause: error, lastPublished: entries.first.map { $0.sequence - 1 })
        }
        publish(entries.map { $0.event(of: record.id) })
    }

    private func reading<T>(_ body: () async throws -> T) async throws -> T {
        do {
            return try await body()
        } catch {
            throw JournalFailure(cause: error)
        }
    }
}
