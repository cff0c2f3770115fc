/// A change that waits for its turn: what is decided, and how its caller learns the end.
struct PendingChange: Sendable {
    /// Decides, and gives back what tells the caller; that is called when the decision is kept, never before.
    let decide: @Sendable (inout RegistryMachine, Moment) -> @Sendable () -> Void

    /// Tells the caller that nothing has changed.
    let fail: @Sendable (any Error) -> Void

    init<T: Sendable>(
        _ body: @escaping @Sendable (inout RegistryMachine, Moment) throws -> T,
        resuming continuation: CheckedContinuation<T, any Error>
    ) {
        decide = { machine, moment in
            let result = Result { try body(&machine, moment) }
            return { continuation.resume(with: result) }
        }
        fail = { continuation.resume(throwing: $0) }
    }
}
