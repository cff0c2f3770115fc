/// How a service's pings have gone, and when the next one is due.
struct PingState: Sendable, Hashable {
    /// When to ping next; nil while a ping is under way.
    var due: ContinuousClock.Instant?
    /// How many failed since the last good one.
    var failures = 0
}
