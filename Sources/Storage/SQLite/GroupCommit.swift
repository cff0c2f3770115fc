import GRDB

/// One transaction for many writes, because the disk takes as long for one commit as for a thousand rows.
///
/// Each write has a savepoint of its own: one that fails takes back its own rows and nobody else's. Nobody is told of
/// success before the one COMMIT, which waits for the disk.
struct GroupCommit {
    private let database: Database
    private let path: String
    private var kept: [(write: QueuedWrite, succeed: @Sendable () -> Void)] = []
    private var settlements: [@Sendable () -> Void] = []

    /// Runs all `writes` and gives back what tells their callers how they ended, in order of arrival where they succeeded.
    static func run(_ writes: [QueuedWrite], in database: Database, at path: String) -> [@Sendable () -> Void] {
        var group = GroupCommit(database: database, path: path)
        for (index, write) in writes.enumerated() {
            guard group.begin(for: writes[index...]) else { break }
            group.add(write)
        }
        group.commit()
        return group.settlements
    }

    private init(database: Database, path: String) {
        self.database = database
        self.path = path
    }

    /// Opens the transaction where there is none. When that fails all `writes` do: one wait for a lock is enough.
    private mutating func begin(for writes: ArraySlice<QueuedWrite>) -> Bool {
        guard !database.isInsideTransaction else { return true }
        do {
            try database.run(SQLiteSQL.begin)
            return true
        } catch {
            for write in writes {
                settle(write, failedWith: error)
            }
            return false
        }
    }

    private mutating func add(_ write: QueuedWrite) {
        do {
            try database.run(SQLiteSQL.savepoint)
            let succeed = try write.perform(database)
            try database.run(SQLiteSQL.release)
            kept.append((write, succeed))
        } catch {
            refuse(write, because: error)
        }
    }

    private mutating func refuse(_ write: QueuedWrite, because error: any Error) {
        settle(write, failedWith: error)
        guard database.isInsideTransaction else {
            // A full disk or an I/O error makes SQLite roll back all of the transaction, with what the others did.
            return failAllKept(with: error)
        }
        do {
            try database.run(SQLiteSQL.rollbackToSavepoint)
            try database.run(SQLiteSQL.release)
        } catch {
            rollback()
            failAllKept(with: error)
        }
    }

    private mutating func commit() {
        guard database.isInsideTransaction else { return }
        do {
            try database.run(SQLiteSQL.commit)
            settlements.append(contentsOf: kept.map(\.succeed))
        } catch {
            rollback()
            failAllKept(with: error)
        }
    }

    private func rollback() {
        // An error here says that the transaction is gone already, which is what we want.
        if database.isInsideTransaction { try? database.run(SQLiteSQL.rollback) }
    }

    private mutating func failAllKept(with error: any Error) {
        for entry in kept {
            settle(entry.write, failedWith: error)
        }
        kept.removeAll()
    }

    private mutating func settle(_ write: QueuedWrite, failedWith error: any Error) {
        let translated = StorageError.translating(error, at: path)
        settlements.append { write.fail(translated) }
    }
}
