/// Turns the system's time into moments and back.
struct BrokerClock: Sendable {
    private let start = ContinuousClock.now

    var now: Moment { Moment.start + (ContinuousClock.now - start) }

    /// Nil for never.
    func instant(of moment: Moment) -> ContinuousClock.Instant? {
        moment == .never ? nil : start + .nanoseconds(moment.nanoseconds)
    }
}
