/// How many events a second a watcher is to see, and for how long.
struct EventLoad: Sendable {
    let rate: Int
    let seconds: Int

    /// A tenth of the time, to warm up.
    var short: EventLoad { EventLoad(rate: rate, seconds: (seconds + 9) / 10) }

    /// Calls `body` so often that `events` events come of each call, at even intervals: late calls are made up for.
    func pace(eventsPerCall events: Int, _ body: (Int) throws -> Void) async throws {
        let interval = Duration.seconds(1) * events / rate
        let start = ContinuousClock.now
        for number in 0..<calls(eventsPerCall: events) {
            try await ContinuousClock().sleep(until: start + interval * number, tolerance: .zero)
            try body(number)
        }
    }

    func calls(eventsPerCall events: Int) -> Int { rate * seconds / events }
}
