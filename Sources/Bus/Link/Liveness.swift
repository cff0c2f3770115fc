/// Whether the other side of a connection is still there, judged by what was heard from it and when.
///
/// Whoever has said nothing for one interval says that it is alive; whoever is silent for `missesUntilGone`
/// intervals counts as gone. A value without a clock: the time is always an argument.
struct Liveness: Sendable {
    typealias Instant = ContinuousClock.Instant

    private let interval: Duration
    private let limit: Duration
    private(set) var lastHeard: Instant
    private var lastSaid: Instant

    init(interval: Duration, missesUntilGone: Int = 3, at now: Instant) {
        self.interval = interval
        limit = interval * missesUntilGone
        lastHeard = now
        lastSaid = now
    }

    mutating func heard(at now: Instant) { lastHeard = now }

    mutating func said(at now: Instant) { lastSaid = now }

    /// Whether this side has been silent for so long that it owes a heartbeat.
    func owesHeartbeat(at now: Instant) -> Bool { now >= lastSaid + interval }

    /// Whether the other side has been silent for so long that it counts as gone.
    func isGone(at now: Instant) -> Bool { now >= lastHeard + limit }

    /// When one of the two answers above may change next.
    var nextChange: Instant { min(lastSaid + interval, lastHeard + limit) }

    /// How long the other side has been silent.
    func silence(at now: Instant) -> Duration { now - lastHeard }
}
