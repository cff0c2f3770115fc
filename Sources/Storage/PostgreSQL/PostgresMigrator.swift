/// Brings a database to the newest schema, in one transaction that keeps every other process out.
struct PostgresMigrator {
    private static let timeout: Duration = .seconds(600)

    let migrations: [Migration]
    let address: PostgresAddress

    /// Applies what is missing; does nothing when all is there.
    ///
    /// - Throws: ``StorageError/Code/tooNew`` when the database has a migration that this build does not know.
    func migrate(_ connection: PostgresConnection) throws {
        let transaction = PostgresTransaction(on: connection, within: Self.timeout)
        transaction.run(PostgresSQL.begin)
        do {
            try script(PostgresSQL.noTimeouts, on: connection, after: transaction)
            transaction.ask(PostgresSQL.lock, [.integers([PostgresLock(in: address).number("migration")])])
            try makeSchema(transaction)
            transaction.run(PostgresSQL.createMigration)
            let applied = try Set(transaction.all(PostgresSQL.migrationNames) { $0.text(0) })
            try refuseUnknown(applied)
            for migration in migrations where !applied.contains(migration.name) {
                if let sql = migration.postgres { try script(sql, on: connection, after: transaction) }
                transaction.run(PostgresSQL.insertMigration, [.text(migration.name)])
            }
            transaction.run(PostgresSQL.commit)
            try transaction.flush()
        } catch let failure as PostgresTransaction.Failure {
            throw failure.error(at: address)
        }
    }

    private func makeSchema(_ transaction: PostgresTransaction) throws {
        // Who may not make schemas may use one that is there, so `IF NOT EXISTS` is no help.
        guard let schema = address.schema,
            try transaction.first(PostgresSQL.schemaExists, [.text(schema)], { _ in true }) == nil
        else { return }
        transaction.run("CREATE SCHEMA \"\(schema)\"")
    }

    private func script(
        _ sql: String,
        on connection: PostgresConnection,
        after transaction: PostgresTransaction
    ) throws {
        try transaction.flush()
        if let refusal = try connection.script(sql, within: Self.timeout) {
            throw StorageError.refused(refusal, at: address)
        }
    }

    private func refuseUnknown(_ applied: Set<String>) throws(StorageError) {
        guard let unknown = applied.subtracting(migrations.map(\.name)).min() else { return }
        throw StorageError(
            .tooNew,
            "The database \(address) was made by a newer version (it has migration \(unknown)): use that version."
        )
    }
}
