import Synchronization

/// Says which changes look for what is too old to be kept: every so many'th, so that the history stays bounded and
/// none pays for many.
final class StateTurns: Sendable {
    /// Changes from one look to the next: no more than one look removes, so that removing keeps up.
    static let interval = StateForgetting.batch / 4

    private let changes = Atomic(0)

    /// Whether it is the turn of this change.
    func next() -> Bool {
        changes.wrappingAdd(1, ordering: .relaxed).newValue.isMultiple(of: Self.interval)
    }
}
