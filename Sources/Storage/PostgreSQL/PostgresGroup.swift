/// One transaction for many writes, because a commit takes the server as long for one as for a thousand rows.
///
/// At first all are sent as they come, few round trips for all. Only when one fails, or leaves rows behind that it must
/// take back, everything is undone and done again with a savepoint for each, so that it fails alone. Nobody is told
/// anything before the commit, also no refusal: it may rest on what another write of the group did.
struct PostgresGroup {
    enum Attempt {
        /// Committed: these tell the callers.
        case over([@Sendable () -> Void])
        /// Undone by the server; worth doing again.
        case again
        /// The commit was sent and the connection lost. When the writer's commit has this number, `settlements` hold.
        case inDoubt(settlements: [@Sendable () -> Void], PostgresLoss)
    }

    /// How often a group is done again after the server has broken a deadlock.
    private static let repetitions = 5

    let writes: [QueuedPostgresWrite]
    /// The writer, and the number that this commit gets.
    let writer: [UInt8]
    let number: Int64
    private var isCareful = false
    private var repetitions = 0

    init(_ writes: [QueuedPostgresWrite], writer: [UInt8], number: Int64) {
        self.writes = writes
        self.writer = writer
        self.number = number
    }

    /// Does all writes and commits.
    mutating func attempt(
        on connection: PostgresConnection,
        at address: PostgresAddress,
        within timeout: Duration
    ) throws(PostgresLoss) -> Attempt {
        let transaction = PostgresTransaction(on: connection, within: timeout)
        do throws(PostgresTransaction.Failure) {
            begin(transaction)
            if let settlements = try isCareful ? carefully(transaction, address) : swiftly(transaction, address) {
                return try commit(transaction, settlements)
            }
        } catch {
            return try recover(from: error, on: connection, at: address, within: timeout)
        }
        isCareful = true
        return try undo(on: connection, within: timeout)
    }

    /// What tells every caller that nothing was written.
    func settlements(failingWith error: any Error) -> [@Sendable () -> Void] {
        writes.map { write in { write.fail(error) } }
    }

    private func begin(_ transaction: PostgresTransaction) {
        transaction.ask(PostgresSQL.begin)
        let locks = writes.reduce(into: Set<Int64>()) { $0.formUnion($1.locks) }
        if !locks.isEmpty { transaction.ask(PostgresSQL.lock, [.integers(locks.sorted())]) }
    }

    /// Nil when one has failed and left rows behind.
    private func swiftly(
        _ transaction: PostgresTransaction,
        _ address: PostgresAddress
    ) throws(PostgresTransaction.Failure) -> [@Sendable () -> Void]? {
        var halves: [() throws -> QueuedPostgresWrite.Success] = []
        for write in writes {
            let changes = transaction.changes
            do {
                halves.append(try write.begin(transaction))
            } catch {
                if let failure = transaction.failure { throw failure }
                guard transaction.changes == changes else { return nil }
                halves.append { throw error }
            }
        }
        try transaction.flush()
        var settlements: [@Sendable () -> Void] = []
        for (write, finish) in zip(writes, halves) {
            settlements.append(settlement(of: write, finish, address))
            if let failure = transaction.failure { throw failure }
        }
        return settlements
    }

    private func carefully(
        _ transaction: PostgresTransaction,
        _ address: PostgresAddress
    ) throws(PostgresTransaction.Failure) -> [@Sendable () -> Void]? {
        var settlements: [@Sendable () -> Void] = []
        for write in writes {
            // On its own: what fails next must not take the savepoint along.
            transaction.ask(PostgresSQL.savepoint)
            try transaction.flush()
            let settlement: @Sendable () -> Void
            do {
                let finish = try write.begin(transaction)
                try transaction.flush()
                let succeed = try finish()
                settlement = succeed
            } catch {
                if let failure = transaction.failure, failure.undoesTheGroup { throw failure }
                let reason = transaction.failure?.error(at: address) ?? error
                transaction.forgetFailure()
                transaction.ask(PostgresSQL.rollbackToSavepoint)
                settlement = { write.fail(reason) }
            }
            transaction.ask(PostgresSQL.release)
            settlements.append(settlement)
        }
        return settlements
    }

    private func settlement(
        of write: QueuedPostgresWrite,
        _ finish: () throws -> QueuedPostgresWrite.Success,
        _ address: PostgresAddress
    ) -> @Sendable () -> Void {
        do {
            return try finish()
        } catch {
            return { write.fail(error) }
        }
    }

    /// The number goes out before the commit does, so that there is no doubt what may be committed.
    private func commit(
        _ transaction: PostgresTransaction,
        _ settlements: [@Sendable () -> Void]
    ) throws(PostgresTransaction.Failure) -> Attempt {
        let hasChanges = transaction.changes > 0
        if hasChanges { transaction.run(PostgresSQL.Writer.mark, [.bytes(writer), .integer(number)]) }
        try transaction.flush()
        transaction.ask(PostgresSQL.commit)
        do throws(PostgresTransaction.Failure) {
            try transaction.flush()
        } catch {
            guard case .lost(let loss) = error else { throw error }
            return hasChanges ? .inDoubt(settlements: settlements, loss) : .over(settlements)
        }
        return .over(settlements)
    }

    private mutating func recover(
        from failure: PostgresTransaction.Failure,
        on connection: PostgresConnection,
        at address: PostgresAddress,
        within timeout: Duration
    ) throws(PostgresLoss) -> Attempt {
        switch failure {
        case .lost(let loss): throw loss
        case .refused(let refusal):
            let attempt = try undo(on: connection, within: timeout)
            if refusal.isWorthRepeating, repetitions < Self.repetitions {
                repetitions += 1
                return attempt
            }
            // What fails before there are savepoints is a write's own failure; then it is everybody's.
            if !isCareful, !refusal.isWorthRepeating, !refusal.isLockTimeout {
                isCareful = true
                return attempt
            }
            return .over(settlements(failingWith: failure.error(at: address)))
        }
    }

    private func undo(on connection: PostgresConnection, within timeout: Duration) throws(PostgresLoss) -> Attempt {
        _ = try connection.run([PostgresCommand(sql: PostgresSQL.rollback)], within: timeout)
        return .again
    }
}

extension PostgresTransaction.Failure {
    /// Whether a savepoint is no help.
    fileprivate var undoesTheGroup: Bool {
        switch self {
        case .lost: true
        case .refused(let refusal): refusal.isWorthRepeating
        }
    }

    /// What a caller is told.
    func error(at address: PostgresAddress) -> StorageError {
        switch self {
        case .lost(let loss): .unavailable(address, loss)
        case .refused(let refusal): .refused(refusal, at: address)
        }
    }
}
