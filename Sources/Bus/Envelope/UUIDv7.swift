import Glibc
import Synchronization

/// Makes UUIDs of version 7 (RFC 9562): 48 bits of milliseconds, a counter, 62 random bits.
///
/// They sort by the time they were made, also within a millisecond of one process. The random bits come from the
/// system, 256 bytes at a time, because one system call a number would cost more than the rest of a request's header.
public enum UUIDv7 {
    /// A new UUID in lowercase.
    public static func make() -> String {
        makeID().description
    }

    /// A new UUID as a number.
    static func makeID() -> RequestID {
        let now = Timestamp.now
        return generator.withLock { $0.next(at: now) }
    }

    private static let generator = Mutex(Generator())

    /// The state behind ``make()``; time is an argument.
    struct Generator {
        private var last: UInt64 = 0
        private var counter: UInt64 = 0
        private var random = RandomPool()

        /// The next id; when time stands still or goes back, the counter goes on.
        mutating func next(at time: Timestamp) -> RequestID {
            let now = UInt64(clamping: time.millisecondsSinceEpoch)
            if now > last {
                last = now
                counter = random.next() & 0x7FF  // half of its range is left to count in
            } else {
                counter += 1
                if counter > 0xFFF { (last, counter) = (last + 1, 0) }
            }
            return RequestID(
                high: last << 16 | 0x7000 | counter,
                low: 0x8000_0000_0000_0000 | random.next() >> 2
            )
        }
    }

    /// Random numbers of the system, fetched as many at a time as it gives.
    private struct RandomPool {
        private var numbers = [UInt64](repeating: 0, count: 32)
        private var left = 0

        mutating func next() -> UInt64 {
            if left == 0 { refill() }
            left -= 1
            return numbers[left]
        }

        private mutating func refill() {
            left = numbers.count
            let failure = numbers.withUnsafeMutableBytes { getentropy($0.baseAddress, $0.count) }
            guard failure != 0 else { return }
            // A system without the call: Swift knows another way, one number at a time.
            var generator = SystemRandomNumberGenerator()
            for index in numbers.indices { numbers[index] = generator.next() }
        }
    }
}
