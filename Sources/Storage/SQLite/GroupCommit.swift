import GRDB

/// One transaction for many writes, because the disk takes as long for one commit as for a thousand rows.
///
/// A write that fails takes back its own rows and nobody else's. Most fail before they have changed anything, and then
/// there is nothing to take back. Only when one did change something is the group done again without it, this time
/// with a savepoint for each: SQLite copies every page that is touched in one, which would be half of all the work.
/// Nobody is told of success before the one COMMIT, which waits for the disk.
struct GroupCommit {
    private enum Attempt {
        case done(succeed: @Sendable () -> Void)
        case refused(any Error)
        /// It failed and left rows behind.
        case unclean(any Error)
    }

    private let database: Database
    private let path: String
    private var usesSavepoints = false
    private var kept: [(write: QueuedWrite, succeed: @Sendable () -> Void)] = []
    private var settlements: [@Sendable () -> Void] = []

    /// Runs all `writes` and gives back what tells their callers how they ended, those who succeeded in their order.
    static func run(_ writes: [QueuedWrite], in database: Database, at path: String) -> [@Sendable () -> Void] {
        var group = GroupCommit(database: database, path: path)
        group.perform(writes[...])
        group.commit()
        return group.settlements
    }

    private init(database: Database, path: String) {
        self.database = database
        self.path = path
    }

    private mutating func perform(_ writes: ArraySlice<QueuedWrite>) {
        for (index, write) in zip(writes.indices, writes) {
            guard begin(for: writes[index...]) else { return }
            switch attempt(write) {
            case .done(let succeed):
                kept.append((write, succeed))
            case .refused(let error):
                settle(write, failedWith: error)
                // A full disk or an I/O error makes SQLite roll back all of the transaction, with what others did.
                if !database.isInsideTransaction { failAllKept(with: error) }
            case .unclean(let error):
                settle(write, failedWith: error)
                return performAgain(writes[(index + 1)...])
            }
        }
    }

    /// Undoes all and does it again: what was kept so far, then the rest.
    private mutating func performAgain(_ rest: ArraySlice<QueuedWrite>) {
        rollback()
        let writes = kept.map(\.write) + rest
        kept.removeAll()
        usesSavepoints = true
        perform(writes[...])
    }

    /// Opens the transaction where there is none. When that fails all `writes` do: one wait for a lock is enough.
    private mutating func begin(for writes: ArraySlice<QueuedWrite>) -> Bool {
        guard !database.isInsideTransaction else { return true }
        do {
            try database.run(SQLiteSQL.begin)
            return true
        } catch {
            for write in writes { settle(write, failedWith: error) }
            return false
        }
    }

    private func attempt(_ write: QueuedWrite) -> Attempt {
        let changes = database.totalChangesCount
        do {
            if usesSavepoints { try database.run(SQLiteSQL.savepoint) }
            let succeed = try write.perform(database)
            if usesSavepoints { try database.run(SQLiteSQL.release) }
            return .done(succeed: succeed)
        } catch {
            if usesSavepoints { return .refused(undoing(error)) }
            let isClean = !database.isInsideTransaction || database.totalChangesCount == changes
            return isClean ? .refused(error) : .unclean(error)
        }
    }

    /// Takes the write's rows back; the whole transaction when even that fails.
    private func undoing(_ error: any Error) -> any Error {
        guard database.isInsideTransaction else { return error }
        do {
            try database.run(SQLiteSQL.rollbackToSavepoint)
            try database.run(SQLiteSQL.release)
        } catch {
            rollback()
        }
        return error
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
