import Bus
import JSON

/// One line per event, for logs and pipes: the time, what happened, and to whom.
struct LineView: ProgressView {
    mutating func show(_ events: [Event], _ progress: JobProgress) {
        for event in events { Console.error(Self.line(event, progress)) }
    }

    static func line(_ event: Event, _ progress: JobProgress) -> String {
        let data = event.data
        var words = ["\(event.time)", event.type.dropPrefix("platform.")]
        if let title = title(of: event, in: progress) { words.append(title) }
        if let service = data["service"]?.stringValue { words.append("by \(service)") }
        if let attempt = data["attempt"]?.intValue, attempt > 1 { words.append("attempt \(attempt)") }
        if let status = data["status"]?.intValue { words.append("\(status)") }
        if let duration = data["durationMs"]?.doubleValue { words.append(Milliseconds.text(duration)) }
        if let path = data["path"]?.stringValue { words.append("at \(path)") }
        for key in ["reason", "message", "error"] {
            if let text = data[key]?.stringValue { words.append("- \(text)") }
        }
        return words.joined(separator: " ")
    }

    private static func title(of event: Event, in progress: JobProgress) -> String? {
        guard let step = event.data["step"]?.intValue, progress.steps.indices.contains(step) else {
            return event.data["name"]?.stringValue ?? progress.jobID
        }
        let titled = progress.steps[step]
        guard let task = event.data["task"]?.intValue, titled.tasks.indices.contains(task) else { return titled.title }
        return "\(titled.title)/\(titled.tasks[task].title)"
    }
}

/// Durations as people read them.
enum Milliseconds {
    static func text(_ milliseconds: Double) -> String {
        if milliseconds >= 60_000 {
            let seconds = Int(milliseconds / 1000)
            return "\(seconds / 60) min \(seconds % 60) s"
        }
        return milliseconds >= 1000 ? "\((milliseconds / 100).rounded() / 10) s" : "\(Int(milliseconds.rounded())) ms"
    }
}
