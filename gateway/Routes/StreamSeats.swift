import HTTPTypes
import Synchronization

/// How many streams may be open at once: each holds memory for a client that may never read.
final class StreamSeats: Sendable {
    /// The place of one stream, free again when nobody holds it any more.
    final class Seat: Sendable {
        private let seats: StreamSeats

        fileprivate init(_ seats: StreamSeats) { self.seats = seats }

        deinit { seats.taken.withLock { $0 -= 1 } }
    }

    let limit: Int
    private let taken = Mutex(0)

    init(_ limit: Int) { self.limit = limit }

    /// Nil when all are taken.
    func take() -> Seat? {
        let isFree = taken.withLock { taken in
            guard taken < limit else { return false }
            taken += 1
            return true
        }
        return isFree ? Seat(self) : nil
    }
}

extension Refusal {
    init(tooManyStreams limit: Int, retryAfter seconds: Int) {
        self.init(
            status: .serviceUnavailable,
            sentence: "\(limit) streams of events are open, and more are not served at once",
            fields: [.retryAfter: "\(seconds)"]
        )
    }
}
