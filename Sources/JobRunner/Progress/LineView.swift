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
        let step = data["to"].flatMap { $0.stringValue ?? $0.intValue.map(String.init) }
        if let step { words.append("down to \(step)") }
        if let left = data["left"]?.intValue { words.append("\(left) left") }
        if data["revert"]?.boolValue == false { words.append("keeping effects") }
        if let time = data["at"]?.stringValue { words.append("again at \(time)") }
        if let asker = data["by"]?.stringValue { words.append("by \(asker)") }
        for key in ["reason", "message", "note", "error"] {
            if let text = data[key]?.stringValue { words.append("- \(text)") }
        }
        return words.joined(separator: " ")
    }

    private static func title(of event: Event, in progress: JobProgress) -> String? {
        guard let step = event.data["step"]?.intValue, progress.steps.indices.contains(step) else {
            return event.data["name"]?.stringValue ?? event.data["tag"]?.stringValue ?? progress.jobID
        }
        let titled = progress.steps[step]
        guard let task = event.data["task"]?.intValue, titled.tasks.indices.contains(task) else { return titled.title }
        return "\(titled.title)/\(titled.tasks[task].title)"
    }
}
