/// A point in time as the broker's tables keep it: nanoseconds since the broker started, in one machine word.
///
/// A `ContinuousClock.Instant` is sixteen bytes and slow to compare; there is one in every row and one comparison
/// in every message.
struct Moment: Sendable, Hashable, Comparable {
    var nanoseconds: Int64

    static let start = Moment(nanoseconds: 0)
    static let never = Moment(nanoseconds: .max)

    static func < (left: Moment, right: Moment) -> Bool { left.nanoseconds < right.nanoseconds }

    static func + (left: Moment, right: Duration) -> Moment {
        Moment(nanoseconds: left.nanoseconds &+ right.wholeNanoseconds)
    }

    static func - (left: Moment, right: Moment) -> Duration { .nanoseconds(left.nanoseconds &- right.nanoseconds) }

    /// When `milliseconds` have passed; 0 stands for never, as in a header.
    func after(milliseconds: UInt32) -> Moment {
        milliseconds == 0 ? .never : Moment(nanoseconds: nanoseconds &+ Int64(milliseconds) &* 1_000_000)
    }

    /// What a header says at `now` about this deadline: at least 1, as 0 stands for none.
    func millisecondsLeft(at now: Moment) -> UInt32 {
        self == .never ? 0 : UInt32(clamping: max((nanoseconds &- now.nanoseconds) / 1_000_000, 1))
    }
}

extension Duration {
    /// Whole nanoseconds, which fit for 292 years.
    var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }
}
