/// Brings the events of one topic, from the past and from now, into one sequence without holes or repetitions.
///
/// Events that came too early are held until the hole before them is filled.
struct EventSequencer: Sendable {
    /// The last sequence that was let through.
    private(set) var last: UInt64
    private var early: [UInt64: Event] = [:]

    /// - Parameter last: the sequence after which events are wanted.
    init(after last: UInt64) {
        self.last = last
    }

    /// Whether events are held because some before them have not come.
    var hasHole: Bool { !early.isEmpty }

    /// The sequences that are missing before the first event that is held.
    var hole: ClosedRange<UInt64>? {
        early.keys.min().map { (last + 1)...($0 - 1) }
    }

    /// Takes events in and returns those whose turn it is, in order.
    mutating func accept(_ events: [Event]) -> [Event] {
        var ready: [Event] = []
        for event in events where event.sequence > last {
            early[event.sequence] = event
            releaseReady(to: &ready)
        }
        return ready
    }

    private mutating func releaseReady(to ready: inout [Event]) {
        while let next = early.removeValue(forKey: last + 1) {
            ready.append(next)
            last += 1
        }
    }
}
