import Bus
import JSON

/// What `history` prints: a line for each entry, as watchers see it, with its sequence before it.
struct JournalReport {
    private var progress: JobProgress

    init(jobID: String) { progress = JobProgress(jobID: jobID) }

    /// The lines of more entries; earlier ones give the steps and tasks their names.
    mutating func lines(_ entries: [JSONValue]) -> [String] {
        entries.compactMap { entry in
            guard let event = event(entry) else { return nil }
            progress.apply(event)
            let number = String(event.sequence)
            let fill = String(repeating: " ", count: max(5 - number.count, 0))
            return fill + number + "  " + LineView.line(event, progress)
        }
    }

    private func event(_ entry: JSONValue) -> Event? {
        guard let sequence = entry["sequence"].flatMap({ UInt64($0.description) }),
            let type = entry["type"]?.stringValue, let time = entry["time"]?.stringValue.flatMap({ Timestamp($0) })
        else { return nil }
        return Event(
            topic: "job.\(progress.jobID)",
            sequence: sequence,
            type: "platform.\(type.dropPrefix("platform."))",
            source: "/job-control",
            time: time,
            data: entry["data"] ?? [:]
        )
    }
}
