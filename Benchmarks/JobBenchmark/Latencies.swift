/// What was measured of one load: how long each event took, and how many a second came.
struct Latencies: Sendable {
    /// In nanoseconds.
    private var values: [UInt64] = []
    private var events = 0
    private var first: UInt64?
    private var last: UInt64 = 0

    /// Notes events that came together.
    ///
    /// - Parameter latencies: of those among them that are measured.
    mutating func add(_ latencies: [UInt64], of events: Int, at now: UInt64) {
        values += latencies
        self.events += events
        first = first ?? now
        last = now
    }

    var count: Int { values.count }

    var eventsPerSecond: Double {
        Double(events) * 1e9 / Double(max(last - (first ?? last), 1))
    }

    /// Milliseconds that this part of the events took at most.
    func percentile(_ part: Double) -> Double {
        guard !values.isEmpty else { return .nan }
        let sorted = values.sorted()
        return Double(sorted[min(Int(Double(sorted.count) * part), sorted.count - 1)]) / 1e6
    }
}

extension [Latencies] {
    /// The median over rounds.
    func median(_ figure: (Latencies) -> Double) -> Double {
        map(figure).sorted()[(count - 1) / 2]
    }
}
