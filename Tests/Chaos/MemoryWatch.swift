import Glibc

/// What processes need early in their lives and what they need later: who grows and grows, leaks.
struct MemoryWatch {
    /// From when on a process has taken what it needs, in seconds of its life.
    private static let settled = 5
    /// Caches with bounds, such as a worker's remembered replies, fill up.
    private static let allowance = 64 * 1024

    private var ages: [pid_t: Int] = [:]
    /// Kilobytes.
    private var early: [pid_t: Int] = [:]
    private var extremes: [ChaosProcess.Kind: (early: Int, late: Int)] = [:]

    /// To be called once a second.
    mutating func look(at processes: [ChaosProcess]) {
        for process in processes where process.isUp {
            ages[process.pid, default: 0] += 1
            if ages[process.pid] == Self.settled { early[process.pid] = process.size?.memory }
        }
    }

    /// Compares what is needed at the end; what has grown is returned.
    mutating func compare(_ processes: [ChaosProcess]) -> [String] {
        processes.compactMap { process in
            guard let early = early[process.pid], let late = process.size?.memory else { return nil }
            let extreme = extremes[process.kind] ?? (0, 0)
            extremes[process.kind] = (max(extreme.early, early), max(extreme.late, late))
            guard late > early * 3 / 2 + Self.allowance else { return nil }
            return "\(process.name) has grown from \(early) KB to \(late) KB"
        }
    }

    /// The most that one of each kind needed, early and at the end, in kilobytes.
    var summary: String {
        let kinds = extremes.sorted { $0.key.rawValue < $1.key.rawValue }
        return kinds.map { "\($0.key.rawValue):\($0.value.early)-\($0.value.late)" }.joined(separator: " ")
    }
}
