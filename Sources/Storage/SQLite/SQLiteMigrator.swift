import GRDB

/// Brings a database to the newest schema, in one transaction that keeps every other process out.
struct SQLiteMigrator {
    let migrations: [Migration]
    let path: String

    /// Applies what is missing; does nothing when all is there.
    ///
    /// - Throws: ``StorageError/Code/tooNew`` when the database has a migration that this build does not know.
    func migrate(_ db: Database) throws {
        try db.inTransaction(.exclusive) {
            try db.execute(sql: SQLiteSQL.createMigration)
            let applied = try Set(db.all(SQLiteSQL.migrationNames) { $0[0] as String })
            try refuseUnknown(applied)
            for migration in migrations where !applied.contains(migration.name) {
                if let sql = migration.sqlite { try db.execute(sql: sql) }
                try db.run(SQLiteSQL.insertMigration, [migration.name])
            }
            return .commit
        }
    }

    private func refuseUnknown(_ applied: Set<String>) throws(StorageError) {
        guard let unknown = applied.subtracting(migrations.map(\.name)).min() else { return }
        throw StorageError(
            .tooNew,
            "The database \(path) was made by a newer version (it has migration \(unknown)): use that version."
        )
    }
}
