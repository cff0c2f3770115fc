/// What other threads ask of the thread that passes events on.
enum EventProxyCommand: Sendable {
    /// Send an event of the broker's own.
    case publish(Event)
    /// Put these rules in force.
    case access(AccessRules)
    case end
}
