/// What other threads ask of the broker's.
enum BrokerCommand: Sendable {
    /// Take nothing new, let what is under way end, then end.
    case drain
    /// Somebody subscribes to the statistics; or nobody any more.
    case watchStatistics(Bool)
    /// Publish who takes requests, under this topic.
    case tellWorkers(topic: String)
    /// Put these rules in force.
    case access(AccessRules)
    /// End now.
    case end
}
