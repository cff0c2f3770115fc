import Bus
import Synchronization

/// A clock that goes when it is told to.
final class ManualClock: Sendable {
    private let milliseconds = Mutex<Int64>(1_769_850_900_000)

    var now: Timestamp { Timestamp(millisecondsSinceEpoch: milliseconds.withLock { $0 }) }

    func advance(days: Int64) {
        milliseconds.withLock { $0 += days * 86_400_000 }
    }
}
