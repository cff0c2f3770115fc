import Glibc

/// A point in time in one machine word: nanoseconds since the machine started, as `ContinuousClock` counts them.
///
/// A `ContinuousClock.Instant` is sixteen bytes that are copied and compared through calls into the library, and every
/// message comes with several: whatever is kept or asked for every message is a moment.
struct Moment: Sendable, Hashable, Comparable {
    var nanoseconds: Int64

    static let start = Moment(nanoseconds: 0)
    static let never = Moment(nanoseconds: .max)

    /// The moment of asking.
    static var now: Moment {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return Moment(nanoseconds: Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec))
    }

    /// The same for those who wait by the clock; nil for never.
    var instant: ContinuousClock.Instant? {
        self == .never ? nil : .now + (self - .now)
    }

    static func < (left: Moment, right: Moment) -> Bool { left.nanoseconds < right.nanoseconds }

    /// Far away is never.
    static func + (left: Moment, right: Duration) -> Moment {
        let (sum, overflow) = left.nanoseconds.addingReportingOverflow(right.wholeNanoseconds)
        return overflow ? .never : Moment(nanoseconds: sum)
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
    /// Whole nanoseconds, as far as a machine word can tell: 292 years either way.
    var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (nanoseconds, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow else { return seconds < 0 ? .min : .max }
        return nanoseconds.addingReportingOverflow(attoseconds / 1_000_000_000).partialValue
    }
}
