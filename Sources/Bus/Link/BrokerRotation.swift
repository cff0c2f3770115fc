/// Which broker of a list is next, and when: a value without a clock.
///
/// The first of the list is tried first, then the others in turn. Clients and subscribers stay with the one that answers:
/// when another, however early in the list, is there again, they stay where they are, as a broker that comes and goes
/// would take what is under way along each time. Attempts follow each other at once until every broker has been tried
/// in vain; then they pause before each round, longer every time.
struct BrokerRotation: Sendable {
    private static let firstPause = Duration.milliseconds(20)
    private static let longestPause = Duration.milliseconds(500)

    private let count: Int
    /// Which broker is in use, or is to be tried next.
    private(set) var index = 0
    /// Before when it should not be tried.
    private(set) var nextAttempt = Moment.start
    /// How many brokers in a row were of no use.
    private var failures = 0
    private var pause = Self.firstPause

    /// - Parameter count: how many brokers there are; at least 1.
    init(count: Int) {
        self.count = count
    }

    /// Goes on to the next broker.
    ///
    /// - Parameter wasOfUse: whether this one has served for a while; otherwise it counts as tried in vain.
    mutating func moveOn(wasOfUse: Bool, at now: Moment) {
        index = (index + 1) % count
        stay(wasOfUse: wasOfUse, at: now)
    }

    /// Tries the same broker again.
    mutating func stay(wasOfUse: Bool, at now: Moment) {
        guard !wasOfUse else { return beginAnew(at: now) }
        failures += 1
        guard failures % count == 0 else { return }
        nextAttempt = now + pause
        pause = min(pause * 2, Self.longestPause)
    }

    /// Something has changed for the better: no pause.
    mutating func beginAnew(at now: Moment) {
        failures = 0
        pause = Self.firstPause
        nextAttempt = now
    }
}
