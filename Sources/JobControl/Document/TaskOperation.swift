/// The three affordances of a composable service, by their names on the bus.
public enum TaskOperation: String, Sendable, Hashable {
    case execute
    case `repeat`
    case revert

    /// Whether the service promises that asking twice has the effect of asking once.
    var isIdempotent: Bool { self != .execute }

    /// What to ask for when it is not known whether the first request arrived: an `execute` becomes a `repeat`,
    /// which a service answers from its record, or executes once.
    var again: TaskOperation { self == .execute ? .repeat : self }
}
