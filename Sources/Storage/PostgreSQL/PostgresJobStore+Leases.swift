import Bus
public import JobControl

/// Several job-controls on one database.
extension PostgresJobStore: JobLeases {
    private typealias SQL = PostgresSQL.JobLease

    /// How long before an owner's lease lapsed the owner may have ended jobs that nobody heard of: longer than any lease, and
    /// than clocks of machines disagree.
    private static let memory: Duration = .seconds(600)

    public var areShared: Bool { true }

    /// Who notifies whom: all that share the schema.
    private var audience: PostgresValue { .text(database.address.schema ?? "") }

    public func renew(_ owner: String, for duration: Duration) async throws {
        let values: [PostgresValue] = [.key(owner), .integer(max(duration.wholeMilliseconds, 1)), audience]
        try await write { db in
            db.run(SQL.renew, values)
            return {}
        }
    }

    public func claim(limit: Int, owner: String, for duration: Duration) async throws -> [JobLease] {
        // In a transaction of its own: who claims at the same time must see that this owner lives.
        try await renew(owner, for: duration)
        return try await write { db in
            let claimed = db.run(SQL.claim, [.key(owner), .integer(max(limit, 0))])
            return {
                let leases = try claimed.rows().map { ($0.integer(0), JobLease(row: $0, owner: owner)) }
                return leases.sorted { $0.0 < $1.0 }.map(\.1)
            }
        }
    }

    public func claim(_ id: String, owner: String, for duration: Duration) async throws -> JobLease? {
        try await renew(owner, for: duration)
        return try await write { db in
            let claimed = db.run(SQL.claimOne, [.key(owner), .key(id)])
            return {
                if let lease = try claimed.rows().first({ JobLease(row: $0, owner: owner) }) { return lease }
                _ = try Self.number(of: id, in: db)
                return nil
            }
        }
    }

    public func create(
        _ record: JobRecord,
        document: [UInt8],
        entries: [JobEntry],
        key: String?,
        owner: String
    ) async throws -> JobLease {
        try await create(record, document: document, entries: entries, key: key, for: owner)
        return JobLease(job: record.id, owner: owner, token: 1)
    }

    public func append(_ entries: [JobEntry], to record: JobRecord, under lease: JobLease) async throws {
        try await append(entries, to: record, lease: lease)
    }

    public func release(_ lease: JobLease) async throws {
        let values: [PostgresValue] = [.key(lease.job)] + lease.postgresColumns + [audience]
        try await write { db in
            db.run(SQL.release, values)
            return {}
        }
    }

    public func resign(_ owner: String) async throws {
        let values = [.key(owner), audience]
        try await write { db in
            db.run(SQL.resign, values)
            return {}
        }
    }

    public func holder(of id: String) async throws -> String? {
        try await database.read { db in try db.first(SQL.livingHolder, [.key(id)]) { $0.text(0) } }
    }

    public func jobs(heldBy owner: String) async throws -> Set<String> {
        Set(try await database.read { db in try db.all(SQL.held, [.key(owner)]) { $0.text(0) } })
    }

    public func leftBehind(limit: Int) async throws -> [LeftBehind] {
        let limit = PostgresValue.integer(max(limit, 0))
        return try await database.read { db in
            let gone = try db.all(SQL.gone) { ($0.text(0), Timestamp(millisecondsSinceEpoch: $0.integer(1))) }
            return try gone.map { owner, lapse in
                let values = [limit, .key(owner), .text((lapse + (.zero - Self.memory)).description)]
                return LeftBehind(owner: owner, entries: try db.all(SQL.lastEntries, values, LastEntry.init(row:)))
            }
        }
    }

    public func forget(_ owners: [String]) async throws {
        guard !owners.isEmpty else { return }
        let values = [PostgresValue.keys(owners)]
        try await write { db in
            db.run(SQL.forget, values)
            return {}
        }
    }

    public func wakeUps(for owner: String) -> AsyncStream<Void> {
        let question = PostgresCommand(sql: SQL.untilNextLapse, values: [.key(owner)])
        return database.notices(of: SQL.listen, about: database.address.schema ?? "", orWhenDue: question)
    }
}

extension JobLease {
    /// Reads number, id and token.
    fileprivate init(row: PostgresRow, owner: String) {
        self.init(job: row.text(1), owner: owner, token: row.integer(2))
    }
}

extension JobLease {
    /// What a write under it names.
    var postgresColumns: [PostgresValue] { [.key(owner), .integer(token)] }
}
