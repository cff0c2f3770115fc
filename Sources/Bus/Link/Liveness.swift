/// Whether the other side of a connection is still there, judged by what was heard from it and when.
///
/// Whoever has said nothing for one interval says that it is alive; whoever is silent for `missesUntilGone`
/// intervals counts as gone. A value without a clock: the time is always an argument.
///
/// Silence while this side did not run is not the other's: a process that was stopped, or a machine that slept, asks
/// much later than it was going to. It then listens for as long again as if it had just heard something.
struct Liveness: Sendable {
    private let interval: Duration
    private let limit: Duration
    private(set) var lastHeard: Moment
    private var lastSaid: Moment
    /// When this side was going to look again, as it was when it looked last.
    private var nextLook: Moment

    init(interval: Duration, missesUntilGone: Int = 3, at now: Moment) {
        self.interval = interval
        limit = interval * missesUntilGone
        lastHeard = now
        lastSaid = now
        nextLook = now + interval
    }

    mutating func heard(at now: Moment) { lastHeard = now }

    mutating func said(at now: Moment) { lastSaid = now }

    /// Whether this side has been silent for so long that it owes a heartbeat.
    func owesHeartbeat(at now: Moment) -> Bool { now >= lastSaid + interval }

    /// Whether the other side has been silent for so long that it counts as gone.
    mutating func isGone(at now: Moment) -> Bool {
        if now > nextLook + interval { lastHeard = now }
        nextLook = max(nextChange, now)
        return now >= lastHeard + limit
    }

    /// When one of the two answers above may change next.
    var nextChange: Moment { min(lastSaid + interval, lastHeard + limit) }

    /// How long the other side has been silent.
    func silence(at now: Moment) -> Duration { now - lastHeard }
}
