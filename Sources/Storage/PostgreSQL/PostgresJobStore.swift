public import Bus
public import JobControl

/// Jobs in PostgreSQL: a row a job, a row an entry.
public struct PostgresJobStore: JobStore {
    private typealias SQL = PostgresSQL.Job

    let database: PostgresDatabase

    public init(_ database: PostgresDatabase) {
        self.database = database
    }

    public func create(_ record: JobRecord, document: [UInt8], entries: [JobEntry], key: String?) async throws {
        try await create(record, document: document, entries: entries, key: key, for: nil)
    }

    /// Creates a job that is somebody's from the beginning, or nobody's.
    func create(
        _ record: JobRecord,
        document: [UInt8],
        entries: [JobEntry],
        key: String?,
        for owner: String?
    ) async throws {
        let rows = try JobEntryRow.rows(of: entries, of: record.id, after: 0)
        let own: [PostgresValue] = [.optionalKey(key), .integer(rows.count), .bytes(document)]
        let values = record.postgresColumns + own + rows.postgresColumns + [.optionalKey(owner)]
        try await write { db in
            let answer = db.run(SQL.insert, values)
            return {
                if try answer.rows().count == 0 { throw try Self.refusal(of: record.id, key: key, in: db) }
            }
        }
    }

    public func append(_ entries: [JobEntry], to record: JobRecord) async throws {
        try await append(entries, to: record, lease: nil)
    }

    /// Appends; with a lease only while that holds.
    func append(_ entries: [JobEntry], to record: JobRecord, lease: JobLease?) async throws {
        guard let first = entries.first?.sequence, first > 0 else { return try await replace(record, lease) }
        let rows = try JobEntryRow.rows(of: entries, of: record.id, after: first - 1)
        let last = Int64(clamping: first - 1)
        let own: [PostgresValue] = [.integer(last + Int64(rows.count)), .integer(last)]
        let values = record.changingPostgresColumns + own + rows.postgresColumns + (lease?.postgresColumns ?? [])
        try await write { db in
            let answer = db.run(lease == nil ? SQL.update : SQL.updateUnderLease, values)
            return {
                guard try answer.rows().count == 0 else { return }
                try Self.refuse(lease, of: record.id, in: db)
                throw try Self.refusal(of: record.id, found: first, in: db)
            }
        }
    }

    public func record(_ id: String) async throws -> JobRecord? {
        try await database.read { db in try db.first(SQL.record, [.key(id)], JobRecord.init(row:)) }
    }

    public func job(forKey key: String) async throws -> String? {
        try await database.read { db in try db.first(SQL.idForKey, [.key(key)]) { $0.text(0) } }
    }

    public func page(_ page: JobPage) async throws -> [JobRecord] {
        let limit = PostgresValue.integer(max(page.limit, 0))
        let isUp = page.order == .ascending
        return try await database.read { db in
            let after = try page.after.map { try Self.number(of: $0, in: db) } ?? (isUp ? .min : .max)
            guard page.filter != JobFilter() else {
                return try db.all(isUp ? SQL.pageUp : SQL.pageDown, [.integer(after), limit], JobRecord.init(row:))
            }
            let values = page.filter.postgresColumns + [.integer(after), limit]
            return try db.all(isUp ? SQL.matchesUp : SQL.matchesDown, values, JobRecord.init(row:))
        }
    }

    public func entries(of id: String, after sequence: UInt64, limit: Int) async throws -> [JobEntry] {
        let values = [PostgresValue.key(id), .integer(Int64(clamping: sequence)), .integer(max(limit, 0))]
        return try await database.read { db in try db.all(SQL.entries, values, JobEntry.init(row:)) }
    }

    public func document(_ id: String) async throws -> [UInt8]? {
        try await database.read { db in try db.first(SQL.document, [.key(id)]) { $0.bytes(0) } }
    }

    public func unfinished() async throws -> [JobRecord] {
        try await database.read { db in try db.all(SQL.unfinished, [], JobRecord.init(row:)) }
    }

    public func incomplete(after: String?, limit: Int) async throws -> [JobRecord] {
        let limit = PostgresValue.integer(max(limit, 0))
        return try await database.read { db in
            let number = try after.map { try Self.number(of: $0, in: db) } ?? .min
            return try db.all(SQL.incomplete, [.integer(number), limit], JobRecord.init(row:))
        }
    }

    public func lastEntries(limit: Int) async throws -> [LastEntry] {
        let limit = PostgresValue.integer(max(limit, 0))
        return try await database.read { db in
            try db.all(SQL.lastEntries, [limit], LastEntry.init(row:))
        }
    }

    public func removeEnded(olderThan time: Timestamp?, keeping count: Int?, limit: Int) async throws -> Int {
        let numbers = try await forgettable(olderThan: time, keeping: count, limit: max(limit, 0))
        guard !numbers.isEmpty else { return 0 }
        return try await write { db in
            let removed = db.run(SQL.delete, [.integers(numbers)])
            return { try removed.rows().first { Int($0.integer(0)) } ?? 0 }
        }
    }

    /// The jobs to be removed, the first ones first: what of them has changed since is seen when they are.
    private func forgettable(olderThan time: Timestamp?, keeping count: Int?, limit: Int) async throws -> [Int64] {
        try await database.read { db in
            let old = time.map { db.ask(SQL.endedBefore, [.text($0.description), .integer(limit)]) }
            let surplus = count.map { db.ask(SQL.endedBeyond, [.integer(max($0, 0)), .integer(limit)]) }
            let numbers = try [old, surplus].flatMap { try $0?.rows().map { $0.integer(0) } ?? [] }
            return Array(Set(numbers).sorted().prefix(limit))
        }
    }

    /// A new summary without an entry.
    private func replace(_ record: JobRecord, _ lease: JobLease?) async throws {
        let values = record.changingPostgresColumns + (lease?.postgresColumns ?? [])
        try await write { db in
            let answer = db.run(lease == nil ? SQL.replace : SQL.replaceUnderLease, values)
            return {
                guard try answer.rows().count == 0 else { return }
                try Self.refuse(lease, of: record.id, in: db)
                throw JobStoreError.unknown(record.id)
            }
        }
    }

    /// Tells in the port's words that nothing was written, as too much is waiting or the server cannot be reached.
    func write<T: Sendable>(
        _ body: @escaping @Sendable (PostgresTransaction) throws -> () throws -> T
    ) async throws -> T {
        do {
            return try await database.writeInHalves(body)
        } catch let error as StorageError where [.busy, .overloaded, .unavailable].contains(error.code) {
            throw JobStoreError.busy(error.message)
        }
    }

    static func number(of id: String, in db: PostgresTransaction) throws -> Int64 {
        guard let number = try db.first(SQL.number, [.key(id)], { $0.integer(0) }) else {
            throw JobStoreError.unknown(id)
        }
        return number
    }

    private static func refusal(of id: String, key: String?, in db: PostgresTransaction) throws -> JobStoreError {
        if try db.first(SQL.number, [.key(id)], { _ in true }) == nil, let key,
            let other = try db.first(SQL.idForKey, [.key(key)], { $0.text(0) })
        {
            return .keyInUse(key, by: other)
        }
        return .exists(id)
    }

    /// Throws when the job is there and another's.
    private static func refuse(_ lease: JobLease?, of id: String, in db: PostgresTransaction) throws {
        guard let lease else { return }
        let holds = try db.first(PostgresSQL.JobLease.holder, [.key(id)]) { row in
            row.optionalText(0) == lease.owner && row.integer(1) == lease.token
        }
        if holds == false { throw JobStoreError.leaseLost(id) }
    }

    private static func refusal(of id: String, found: UInt64, in db: PostgresTransaction) throws -> JobStoreError {
        guard let last = try db.first(SQL.lastSequence, [.key(id)], { $0.integer(0) }) else { return .unknown(id) }
        return .outOfSequence(job: id, expected: UInt64(clamping: last) + 1, found: found)
    }
}
