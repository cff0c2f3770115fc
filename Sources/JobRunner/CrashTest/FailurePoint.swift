/// Where one of the processes kills itself: before or after its n-th write.
struct FailurePoint: Hashable, Sendable, CustomStringConvertible {
    /// The process with the journal.
    static let platform = "platform"

    /// `platform`, or an engine's service.
    var process: String
    var moment: String
    var write: Int

    /// What the process is told with `--crash-at`.
    var option: String { "\(process == Self.platform ? "journal" : "effect"):\(moment):\(write)" }

    var description: String { "\(process) \(option)" }

    /// One that is never reached, for a run that only counts.
    static func never(_ process: String) -> Self { Self(process: process, moment: "after", write: 1_000_000_000) }

    /// All points of a run with so many writes, or `limit` of them, evenly chosen; in the order of the processes.
    static func all(_ writes: [(process: String, count: Int)], limit: Int?) -> [Self] {
        let all = writes.flatMap { process, count in
            (0..<count).flatMap { index in
                ["before", "after"].map { Self(process: process, moment: $0, write: index + 1) }
            }
        }
        guard let limit, limit < all.count else { return all }
        return (0..<limit).map { all[$0 * all.count / limit] }
    }
}
