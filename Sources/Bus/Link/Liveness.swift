/// Whether the other side of a connection is still there, judged by what was heard from it and when.
///
/// Whoever has said nothing for one interval says that it is alive; whoever is silent for `missesUntilGone`
/// intervals counts as gone. A value without a clock: the time is always an argument.
struct Liveness: Sendable {
    private let interval: Duration
    private let limit: Duration
    private(set) var lastHeard: Moment
    private var lastSaid: Moment

    init(interval: Duration, missesUntilGone: Int = 3, at now: Moment) {
        self.interval = interval
        limit = interval * missesUntilGone
        lastHeard = now
        lastSaid = now
    }

    mutating func heard(at now: Moment) { lastHeard = now }

    mutating func said(at now: Moment) { lastSaid = now }

    /// Whether this side has been silent for so long that it owes a heartbeat.
    func owesHeartbeat(at now: Moment) -> Bool { now >= lastSaid + interval }

    /// Whether the other side has been silent for so long that it counts as gone.
    func isGone(at now: Moment) -> Bool { now >= lastHeard + limit }

    /// When one of the two answers above may change next.
    var nextChange: Moment { min(lastSaid + interval, lastHeard + limit) }

    /// How long the other side has been silent.
    func silence(at now: Moment) -> Duration { now - lastHeard }
}
