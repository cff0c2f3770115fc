import Bus

/// Now, by both clocks: the one that deadlines are counted with, and the one that people read.
struct Moment: Sendable, Hashable {
    var instant: ContinuousClock.Instant
    var time: Timestamp

    static var now: Moment { Moment(instant: .now, time: .now) }

    static func + (moment: Moment, duration: Duration) -> Moment {
        Moment(instant: moment.instant + duration, time: moment.time + duration)
    }
}
