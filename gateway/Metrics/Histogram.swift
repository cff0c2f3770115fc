/// How often a duration was at most so long, for bounds that fit HTTP in front of a local bus: half a millisecond to
/// ten seconds.
struct Histogram: Sendable, Equatable {
    /// The upper bounds in seconds, ascending; what is longer is counted in ``count`` only.
    static let bounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

    /// How many durations lie between a bound and the one before it.
    private var counts = [Int](repeating: 0, count: bounds.count)
    private(set) var sum = 0.0
    private(set) var count = 0

    mutating func observe(_ seconds: Double) {
        if let index = Self.bounds.firstIndex(where: { seconds <= $0 }) { counts[index] += 1 }
        sum += seconds
        count += 1
    }

    /// For each bound how many durations were at most that long.
    var cumulative: [(bound: Double, count: Int)] {
        var total = 0
        return zip(Self.bounds, counts).map { bound, count in
            total += count
            return (bound, total)
        }
    }
}
