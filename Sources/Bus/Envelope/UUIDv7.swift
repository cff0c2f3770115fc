import Synchronization

/// Makes UUIDs of version 7 (RFC 9562): 48 bits of milliseconds, a counter, 62 random bits.
///
/// They sort by the time they were made, also within a millisecond of one process. The random bits come from the
/// system, 4 KiB at a time, because one system call an id would cost more than the rest of a request's header.
public enum UUIDv7 {
    /// A new UUID in lowercase.
    public static func make() -> String {
        makeID().description
    }

    /// A new UUID as a number.
    static func makeID() -> RequestID {
        let now = UInt64(clamping: Timestamp.now.millisecondsSinceEpoch)
        return generator.withLock { $0.next(at: now) }
    }

    private static let generator = Mutex(Generator())

    /// The state behind ``make()``; time is an argument.
    struct Generator {
        private var last: UInt64 = 0
        private var counter: UInt64 = 0
        private var random = RandomPool()

        /// The next id; when time stands still or goes back, the counter goes on.
        mutating func next(at now: UInt64) -> RequestID {
            let bits = random.next()
            if now > last {
                last = now
                counter = bits & 0x7FF  // half of its range is left to count in
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

    /// Random numbers of the system, fetched many at a time.
    private struct RandomPool {
        private var numbers: [UInt64] = []
        private static let size = 512

        mutating func next() -> UInt64 {
            if let number = numbers.popLast() { return number }
            numbers.reserveCapacity(Self.size)
            refill()
            return numbers.removeLast()
        }

        private mutating func refill() {
            var generator = SystemRandomNumberGenerator()
            for _ in 0..<Self.size { numbers.append(generator.next()) }
        }
    }
}
