import Glibc
import Synchronization

/// The `Date` of an answer, made once a second instead of once an answer.
final class DateField: Sendable {
    private struct Cached {
        var second = -1
        var text = ""
    }
    private let cached = Mutex(Cached())

    /// The current time as an HTTP date.
    var now: String {
        let second = time(nil)
        return cached.withLock { cached in
            if cached.second != second {
                cached.second = second
                cached.text = HTTPDate(secondsSinceEpoch: second).description
            }
            return cached.text
        }
    }
}
