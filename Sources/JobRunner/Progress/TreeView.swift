import Bus

/// The job as a tree of steps and tasks that is drawn again in place when events arrive.
struct TreeView: ProgressView {
    /// How many lines the last drawing took: the cursor goes back up over them.
    private var drawn = 0

    mutating func show(_ events: [Event], _ progress: JobProgress) {
        let size = Console.terminalSize
        // A line that wraps, or a tree that scrolls, could not be drawn over: both are cut to the screen.
        let lines = Self.lines(progress).suffix(size.rows - 1).map { $0.cut(toColumns: size.columns) }
        // CSI n A: cursor up; CSI J: clear to the end of the screen (ECMA-48).
        let back = drawn > 0 ? "\u{1B}[\(drawn)A\r\u{1B}[J" : ""
        Console.draw(back + lines.joined(separator: "\n") + "\n")
        drawn = lines.count
    }

    static func lines(_ progress: JobProgress) -> [String] {
        let title = progress.name.map { "\($0) (\(progress.jobID))" } ?? progress.jobID
        var lines = [line(progress.state, title, duration: progress.duration) + remark(on: progress)]
        for (index, step) in progress.steps.enumerated() {
            let isLast = index == progress.steps.count - 1
            lines.append((isLast ? "└─ " : "├─ ") + line(step.state, step.title, duration: step.duration))
            let indent = isLast ? "   " : "│  "
            for (index, task) in step.tasks.enumerated() {
                lines.append(indent + (index == step.tasks.count - 1 ? "└─ " : "├─ ") + line(task))
            }
        }
        lines += progress.warnings.map { "! \($0)" }
        if let error = progress.error { lines.append("✗ \(error)") }
        if progress.left > 0 {
            lines.append("! \(progress.left) effects could not be put back: `job-runner inbox` shows them")
        }
        return lines
    }

    /// What the job does when it is neither running nor at a plain end.
    private static func remark(on progress: JobProgress) -> String {
        let word: String? =
            switch progress.state {
            case .paused: "paused"
            case .cancelling: "being cancelled"
            case .cancelled: "cancelled"
            case .reverting: "being put back"
            case .undone: "undone"
            case .revertIncomplete: "not all put back"
            default: nil
            }
        guard let word else { return "" }
        return " \(word)" + (progress.note.map { ": \($0)" } ?? "")
    }

    private static func line(_ task: JobProgress.Task) -> String {
        var text = line(task.state, task.title, duration: task.duration)
        if let service = task.service, service != task.title { text += " (\(service))" }
        if task.attempt > 1 { text += " attempt \(task.attempt)" }
        if task.state == .reverted { text += " reverted" }
        if task.state == .revertFailed { text += " could not be reverted" }
        if task.state == .dismissed { text += " left as it is" }
        if task.state == .reverting { text += " being reverted" }
        if let next = task.nextAttempt { text += " again at \(next.clockTime)" }
        if let error = task.error { text += ": \(error)" }
        return text
    }

    private static func line(_ state: JobProgress.State, _ title: String, duration: Double?) -> String {
        "\(mark(state)) \(title)" + (duration.map { " \(Milliseconds.text($0))" } ?? "")
    }

    private static func mark(_ state: JobProgress.State) -> String {
        switch state {
        case .waiting: "\u{1B}[2m·\u{1B}[0m"
        case .running: "\u{1B}[36m▶\u{1B}[0m"
        case .retrying: "\u{1B}[33m↻\u{1B}[0m"
        case .paused: "\u{1B}[33m‖\u{1B}[0m"
        case .completed: "\u{1B}[32m✓\u{1B}[0m"
        case .failed, .revertFailed, .revertIncomplete: "\u{1B}[31m✗\u{1B}[0m"
        case .skipped, .dismissed: "\u{1B}[2m-\u{1B}[0m"
        case .reverting, .reverted, .undone: "\u{1B}[33m↩\u{1B}[0m"
        case .cancelling, .cancelled: "\u{1B}[33m■\u{1B}[0m"
        }
    }
}

extension String {
    /// The text up to a number of columns; escape sequences (ECMA-48 SGR) take none.
    func cut(toColumns limit: Int) -> String {
        var columns = 0
        var isEscape = false
        var cut = ""
        for character in self {
            if character == "\u{1B}" { isEscape = true }
            if !isEscape { columns += 1 }
            guard columns < limit else { return cut + "…\u{1B}[0m" }
            cut.append(character)
            if isEscape && character == "m" { isEscape = false }
        }
        return cut
    }
}

extension Timestamp {
    /// The time of day in UTC, to the second: `09:15:00`.
    var clockTime: Substring { description.dropFirst("2026-01-31T".count).prefix("09:15:00".count) }
}
