public import JobControl

/// Several job-controls on one database.
extension PostgresJobStore: JobLeases {
    private typealias SQL = PostgresSQL.JobLease

    /// Who notifies whom: all that share the schema.
    private var audience: PostgresValue { .text(database.address.schema ?? "") }

    public func renew(_ owner: String, for duration: Duration) async throws {
        let values = renewal(of: owner, for: duration)
        try await write { db in
            db.run(SQL.renew, values)
            return {}
        }
    }

    public func claim(limit: Int, owner: String, for duration: Duration) async throws -> [JobLease] {
        let renewal = renewal(of: owner, for: duration)
        return try await write { db in
            db.run(SQL.renew, renewal)
            let claimed = db.run(SQL.claim, [.key(owner), .integer(max(limit, 0))])
            db.run(SQL.forget)
            return {
                let leases = try claimed.rows().map { ($0.integer(0), JobLease(row: $0, owner: owner)) }
                return leases.sorted { $0.0 < $1.0 }.map(\.1)
            }
        }
    }

    public func claim(_ id: String, owner: String, for duration: Duration) async throws -> JobLease? {
        let renewal = renewal(of: owner, for: duration)
        return try await database.write { db in
            db.run(SQL.renew, renewal)
            let lease = try db.change(SQL.claimOne, [.key(owner), .key(id)]) { JobLease(row: $0, owner: owner) }
            if let lease { return lease }
            _ = try Self.number(of: id, in: db)
            return nil
        }
    }

    public func create(
        _ record: JobRecord,
        document: [UInt8],
        entries: [JobEntry],
        key: String?,
        owner: String
    ) async throws -> JobLease {
        try await create(record, document: document, entries: entries, key: key) { db, number in
            db.run(SQL.own, [.key(owner), .integer(number)])
        }
        return JobLease(job: record.id, owner: owner, token: 1)
    }

    public func release(_ leases: [JobLease]) async throws {
        let audience = audience
        let byOwner = Dictionary(grouping: leases, by: \.owner)
        try await write { db in
            for (owner, leases) in byOwner {
                db.run(SQL.release, [.key(owner), .keys(leases.map(\.job)), .integers(leases.map(\.token))])
            }
            db.run(SQL.notify, [audience])
            return {}
        }
    }

    public func append(_ entries: [JobEntry], to record: JobRecord, under lease: JobLease) async throws {
        try await append(entries, to: record, lease: lease)
    }

    public func wakeUps(for owner: String) -> AsyncStream<Void> {
        let question = PostgresCommand(sql: SQL.untilNextLapse, values: [.key(owner)])
        return database.notices(of: SQL.listen, about: database.address.schema ?? "", orWhenDue: question)
    }

    private func renewal(of owner: String, for duration: Duration) -> [PostgresValue] {
        [.key(owner), .integer(max(duration.wholeMilliseconds, 1)), audience]
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
