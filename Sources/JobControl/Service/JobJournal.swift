import Bus

/// Writes a job's entries, and publishes each as an event once it is durable: never before, and in sequence.
///
/// Every write names the lease under which it is made. What the store cannot do throws a ``JournalFailure``.
struct JobJournal: Sendable {
    /// How many entries are read at once.
    private static let page = 1_000

    let store: any JobStore
    let leases: any JobLeases
    /// Who writes.
    let owner: String
    /// How long its leases last.
    let lease: Duration
    let publish: @Sendable ([Event]) -> Void

    /// Keeps a job that was just submitted.
    func create(
        _ record: JobRecord,
        document: [UInt8],
        entries: [JobEntry],
        key: String? = nil
    ) async throws -> JobLease {
        try await write(entries, of: record) {
            try await leases.create(record, document: document, entries: entries, key: key, owner: owner)
        }
    }

    /// Goes on with a job's journal.
    func append(_ entries: [JobEntry], to record: JobRecord, under lease: JobLease) async throws {
        try await write(entries, of: record) { try await leases.append(entries, to: record, under: lease) }
    }

    /// Takes a job in hand that was kept.
    ///
    /// - Throws: ``JobElsewhere`` when it is another's; ``JobStoreError/unknown(_:)`` when it was not kept.
    func claim(_ id: String) async throws -> JobLease {
        do {
            if let claimed = try await leases.claim(id, owner: owner, for: lease) { return claimed }
            let holder = try await leases.holder(of: id)
            // It was given back in between.
            if holder == nil, let claimed = try await leases.claim(id, owner: owner, for: lease) { return claimed }
            throw JobElsewhere(jobID: id, owner: holder)
        } catch let error as JobStoreError where error == .unknown(id) {
            throw error
        } catch let elsewhere as JobElsewhere {
            throw elsewhere
        } catch {
            throw JournalFailure(cause: error)
        }
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

    private func all(of id: String) async throws -> [JobEntry] {
        var entries: [JobEntry] = []
        while case let more = try await store.entries(of: id, after: UInt64(entries.count), limit: Self.page),
            !more.isEmpty
        {
            entries += more
        }
        return entries
    }

    private func write<T>(_ entries: [JobEntry], of record: JobRecord, _ body: () async throws -> T) async throws -> T {
        let written: T
        do {
            written = try await body()
        } catch {
            throw JournalFailure(cause: error, lastPublished: entries.first.map { $0.sequence - 1 })
        }
        publish(entries.map { $0.event(of: record.id) })
        return written
    }

    private func reading<T>(_ body: () async throws -> T) async throws -> T {
        do {
            return try await body()
        } catch {
            throw JournalFailure(cause: error)
        }
    }
}
