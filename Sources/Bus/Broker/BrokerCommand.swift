/// What other threads ask of the broker's.
enum BrokerCommand: Sendable {
    /// Take nothing new, let what is under way end, then end.
    case drain
    /// End now.
    case end
}
