/// What one read-modify-write decided: what to do to the slot, and what to tell the caller once that is durable.
public struct StateUpdate<Outcome: Sendable>: Sendable {
    /// What becomes of the slot.
    public enum Change: Sendable, Hashable {
        /// Everything stays as it is.
        case keep
        /// The document is made, or takes the place of the one that is there; the change is added to its history.
        case save(StateDocument, StateChange)
        /// The document goes; the slot keeps the version of this change, and the history.
        case remove(StateChange)
    }

    /// What becomes of the slot.
    public let change: Change
    /// What ``StateStore/update(_:key:_:)`` returns when the change is durable.
    public let outcome: Outcome
    /// What leaves the history with a change; nothing does with ``Change/keep``.
    public let forgetting: StateForgetting

    /// A decision and its outcome.
    public init(_ change: Change, outcome: Outcome, forgetting: StateForgetting = StateForgetting()) {
        self.change = change
        self.outcome = outcome
        self.forgetting = forgetting
    }
}
