/// A read that waits for a free connection.
struct QueuedPostgresRead: Sendable {
    /// Whether all its statements must see the same moment.
    let isSnapshot: Bool
    /// Does the work and gives back what tells the caller.
    let perform: @Sendable (PostgresTransaction) throws -> @Sendable () -> Void
    let fail: @Sendable (any Error) -> Void

    init<T: Sendable>(
        isSnapshot: Bool,
        _ body: @escaping @Sendable (PostgresTransaction) throws -> T,
        resuming continuation: CheckedContinuation<T, any Error>
    ) {
        self.isSnapshot = isSnapshot
        perform = { transaction in
            let value = try body(transaction)
            return { continuation.resume(returning: value) }
        }
        fail = { continuation.resume(throwing: $0) }
    }
}
