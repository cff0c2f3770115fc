import Bus
import JSON

/// A job as its events tell it: a fold, so that a watcher who came late sees the same as one who was there.
struct JobProgress: Sendable {
    enum State: String, Sendable {
        case waiting, running, completed, failed, skipped, reverting, reverted, revertFailed, cancelled
    }

    struct Task: Sendable {
        var title: String
        var state = State.waiting
        var service: String?
        var attempt = 1
        /// Milliseconds, once it has ended.
        var duration: Double?
        var status: Int?
        var error: String?
    }

    struct Step: Sendable {
        var title: String
        var state = State.waiting
        var duration: Double?
        var tasks: [Task] = []
    }

    private(set) var jobID: String
    private(set) var name: String?
    private(set) var state = State.waiting
    private(set) var steps: [Step] = []
    private(set) var warnings: [String] = []
    /// The state document that the job works on, once the journal has named it.
    private(set) var stateID: String?
    private(set) var error: String?
    private(set) var duration: Double?

    init(jobID: String) { self.jobID = jobID }

    /// Whether the last event has been seen.
    var hasEnded: Bool { [.completed, .failed, .cancelled].contains(state) }

    mutating func apply(_ event: Event) {
        let data = event.data
        switch event.type.dropPrefix("platform.") {
        case "job.submitted":
            name = data["name"]?.stringValue
            state = .running
            steps = (data["outline"]?.arrayValue ?? []).enumerated().map(Self.step)
        case "job.completed": end(.completed, data)
        case "job.failed": end(.failed, data)
        case "job.cancelled": end(.cancelled, data)
        case "revert.started": state = .reverting
        case "warning": data["message"]?.stringValue.map { warnings.append($0) }
        case let type where type.hasPrefix("step."): applyToStep(type, data)
        case let type: applyToTask(type, data)
        }
        if let id = data["state"]?.stringValue { stateID = id }
    }

    private mutating func end(_ state: State, _ data: JSONValue) {
        self.state = state
        duration = data["durationMs"]?.doubleValue
        error = data["error"]?.stringValue
    }

    private mutating func applyToStep(_ type: String, _ data: JSONValue) {
        guard let index = data["step"]?.intValue, steps.indices.contains(index) else { return }
        switch type {
        case "step.started": steps[index].state = .running
        case "step.completed": steps[index].state = .completed
        case "step.skipped": steps[index].state = .skipped
        default: return
        }
        steps[index].duration = data["durationMs"]?.doubleValue ?? steps[index].duration
    }

    private mutating func applyToTask(_ type: String, _ data: JSONValue) {
        guard let step = data["step"]?.intValue, steps.indices.contains(step),
            let index = data["task"]?.intValue, steps[step].tasks.indices.contains(index)
        else { return }
        var task = steps[step].tasks[index]
        switch type {
        case "task.started", "task.retrying": task.state = .running
        case "task.completed": task.state = .completed
        case "task.failed": task.state = .failed
        case "task.skipped": task.state = .skipped
        case "task.reverted": task.state = .reverted
        case "revert.failed": task.state = .revertFailed
        default: return
        }
        task.service = data["service"]?.stringValue ?? task.service
        task.attempt = data["attempt"]?.intValue ?? task.attempt
        task.duration = data["durationMs"]?.doubleValue ?? task.duration
        task.status = data["status"]?.intValue ?? task.status
        task.error = data["error"]?.stringValue ?? task.error
        steps[step].tasks[index] = task
        if task.state == .failed { steps[step].state = .failed }
    }

    private static func step(_ index: Int, _ outline: JSONValue) -> Step {
        Step(
            title: outline["name"]?.stringValue ?? "step \(index + 1)",
            tasks: (outline["tasks"]?.arrayValue ?? []).map { task in
                Task(title: task["name"]?.stringValue ?? task["tag"]?.stringValue ?? "task")
            }
        )
    }
}

extension String {
    /// The text without `prefix`, or the text itself when it does not start so.
    func dropPrefix(_ prefix: String) -> String {
        hasPrefix(prefix) ? String(dropFirst(prefix.count)) : self
    }
}
