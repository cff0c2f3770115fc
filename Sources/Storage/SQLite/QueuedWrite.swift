import GRDB

/// A write that waits for its turn: what it does, and how its caller learns the end.
struct QueuedWrite: Sendable {
    /// Does the work in a transaction that others share, and gives back what tells the caller the result.
    /// That is called when the transaction is on the disk, never before.
    let perform: @Sendable (Database) throws -> @Sendable () -> Void

    /// Tells the caller that nothing was written.
    let fail: @Sendable (any Error) -> Void

    /// Runs `body` later; `continuation` gets its result when that is durable.
    init<T: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> T,
        resuming continuation: CheckedContinuation<T, any Error>
    ) {
        perform = { db in
            let value = try body(db)
            return { continuation.resume(returning: value) }
        }
        fail = { continuation.resume(throwing: $0) }
    }
}
