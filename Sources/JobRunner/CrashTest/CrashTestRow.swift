/// What one run left: a line of the table.
struct CrashTestRow: Sendable {
    /// Nil for the run without a crash.
    var point: FailurePoint?
    /// The job's last status; nil when it had not ended in time.
    var status: String?
    var effects: [JobEffect]
    /// Whether the process came to the point.
    var wasReached = true

    private var left: [JobEffect] { effects.filter(\.isThere) }

    /// Whether the effects are as the job's status says: all of them, or none.
    var isConsistent: Bool {
        switch status {
        case "completed": left.count == effects.count
        case "failed", "cancelled", "undone": left.isEmpty
        default: false
        }
    }

    /// `all`, `none`, or what is left.
    var remainder: String {
        if left.isEmpty { return effects.isEmpty && status == "completed" ? "all" : "none" }
        if left.count == effects.count { return "all" }
        return "\(left.count) of \(effects.count): " + left.map(\.label).joined(separator: ", ")
    }

    static func header(width: Int) -> String { "  " + padded("point", width) + padded("job", 18) + "effects" }

    /// - Parameter width: that of the first column.
    func line(width: Int) -> String {
        let end = wasReached ? status ?? "has not ended" : "\(status ?? "has not ended") (not reached)"
        let mark = isConsistent ? "  " : "! "
        return mark + Self.padded(point?.description ?? "no crash", width) + Self.padded(end, 18) + remainder
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(width - text.count, 2))
    }
}
