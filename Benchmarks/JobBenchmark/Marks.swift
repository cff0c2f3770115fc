import Glibc
import Synchronization

/// When things happened, by their names, on the clock that all processes of a machine share.
final class Marks: Sendable {
    private let moments = Mutex<[String: UInt64]>([:])

    func note(_ name: String) {
        let now = Self.now
        moments.withLock { $0[name] = now }
    }

    /// When it happened, once: it is forgotten then.
    func take(_ name: String) -> UInt64? {
        moments.withLock { $0.removeValue(forKey: name) }
    }

    /// Nanoseconds of CLOCK_MONOTONIC.
    static var now: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
