/// A write that waits for its turn: what it does, and how its caller learns the end.
struct QueuedPostgresWrite: Sendable {
    /// Tells the caller that all is durable.
    typealias Success = @Sendable () -> Void

    /// What must be locked before; see `PostgresLock`.
    let locks: Set<Int64>

    /// Begins the work in a transaction that others share. What it gives back is called when the statements that left
    /// are answered. An error that the second half throws says that the write has changed nothing.
    let begin: @Sendable (PostgresTransaction) throws -> () throws -> Success

    /// Tells the caller how it ended otherwise.
    let fail: @Sendable (any Error) -> Void

    /// Runs both halves of `body` later; `continuation` gets the result when that is durable.
    init<T: Sendable>(
        locks: Set<Int64>,
        _ body: @escaping @Sendable (PostgresTransaction) throws -> () throws -> T,
        resuming continuation: CheckedContinuation<T, any Error>
    ) {
        self.locks = locks
        begin = { transaction in
            let finish = try body(transaction)
            return {
                let value = try finish()
                return { continuation.resume(returning: value) }
            }
        }
        fail = { continuation.resume(throwing: $0) }
    }
}
