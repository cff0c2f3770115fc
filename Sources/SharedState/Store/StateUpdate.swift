/// What one read-modify-write decided: what to do to the slot, and what to tell the caller once that is durable.
public struct StateUpdate<Outcome: Sendable>: Sendable {
    /// What becomes of the slot.
    public enum Change: Sendable, Hashable {
        /// Everything stays as it is.
        case keep
        /// The document is made, or takes the place of the one that is there.
        case save(StateDocument)
        /// The document goes; the slot keeps this version, that of the removal.
        case remove(version: Int)
    }

    /// What becomes of the slot.
    public let change: Change
    /// What ``StateStore/update(_:_:)`` returns when the change is durable.
    public let outcome: Outcome

    /// A decision and its outcome.
    public init(_ change: Change, outcome: Outcome) {
        self.change = change
        self.outcome = outcome
    }
}
