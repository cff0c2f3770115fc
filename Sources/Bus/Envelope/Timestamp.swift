import Glibc

/// A moment in UTC with milliseconds, written as RFC 3339 has it: `2026-01-31T09:15:00.123Z`.
public struct Timestamp: Sendable, Hashable, Comparable {
    /// Milliseconds since 1970-01-01T00:00:00Z; negative before it.
    public let millisecondsSinceEpoch: Int64

    public init(millisecondsSinceEpoch: Int64) {
        self.millisecondsSinceEpoch = millisecondsSinceEpoch
    }

    /// The moment of asking, by the system's clock.
    public static var now: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(millisecondsSinceEpoch: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.millisecondsSinceEpoch < right.millisecondsSinceEpoch
    }

    /// Milliseconds are exact; smaller parts of the duration are dropped.
    public static func + (left: Timestamp, right: Duration) -> Timestamp {
        let (seconds, attoseconds) = right.components
        let milliseconds = seconds * 1000 + attoseconds / 1_000_000_000_000_000
        return Timestamp(millisecondsSinceEpoch: left.millisecondsSinceEpoch + milliseconds)
    }

    /// How long after `right` this is.
    public static func - (left: Timestamp, right: Timestamp) -> Duration {
        .milliseconds(left.millisecondsSinceEpoch - right.millisecondsSinceEpoch)
    }
}
