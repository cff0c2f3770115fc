import ArgumentParser
import Bus
import JSON

/// A job as its events tell it: a fold, so that a watcher who came late sees the same as one who was there.
struct JobProgress: Sendable {
    enum State: String, Sendable {
        case waiting, running, paused, completed, failed, skipped, cancelling, cancelled
        case reverting, reverted, revertFailed, dismissed, revertIncomplete, undone
        /// A call that is sent again later.
        case retrying
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
        /// When it is sent again, while it waits for that.
        var nextAttempt: Timestamp?
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
    /// Why it is held, stopped or undone, and by whom, while that is so.
    private(set) var note: String?
    /// How many effects could not be put back.
    private(set) var left = 0

    init(jobID: String) { self.jobID = jobID }

    /// Whether an ending was the last event.
    var hasEnded: Bool { [.completed, .failed, .cancelled, .revertIncomplete, .undone].contains(state) }

    /// Whether an undo put everything back. One that went down to a step leaves the job its earlier status, so that
    /// what is left tells.
    var isUndone: Bool { hasEnded && state != .revertIncomplete }

    /// The exit status of who followed the job to its end.
    var exitCode: ExitCode { state == .completed ? RunnerExit.completed : RunnerExit.failed }

    mutating func apply(_ event: Event) {
        let data = event.data
        let type = event.type.dropPrefix("platform.")
        switch type.prefix(while: { $0 != "." }) {
        case "step": applyToStep(type, data)
        case "task", "revert": applyToTask(type, data)
        default: applyToJob(type, data)
        }
        if let id = data["state"]?.stringValue { stateID = id }
    }

    private mutating func applyToJob(_ type: String, _ data: JSONValue) {
        switch type {
        case "job.submitted":
            name = data["name"]?.stringValue
            state = .running
            steps = (data["outline"]?.arrayValue ?? []).enumerated().map(Self.step)
        case "job.paused": move(to: .paused, data)
        case "job.resumed":
            state = .running
            note = nil
        case "job.cancelling": move(to: .cancelling, data)
        case "undo.started": move(to: .reverting, data)
        case "job.completed": end(.completed, data)
        case "job.failed": end(.failed, data)
        case "job.cancelled": end(.cancelled, data)
        case "job.undone": end(.undone, data)
        case "job.revert-incomplete":
            end(.revertIncomplete, data)
            left = data["left"]?.intValue ?? left
        case "warning": data["message"]?.stringValue.map { warnings.append($0) }
        default: break
        }
    }

    private mutating func move(to state: State, _ data: JSONValue) {
        self.state = state
        let parts = [data["reason"]?.stringValue, data["by"]?.stringValue.map { "by \($0)" }].compactMap(\.self)
        note = parts.isEmpty ? nil : parts.joined(separator: ", ")
    }

    private mutating func end(_ state: State, _ data: JSONValue) {
        self.state = state
        duration = data["durationMs"]?.doubleValue ?? duration
        error = data["error"]?.stringValue ?? error
        left = 0
        // The reason for a cancellation still says why there is no result.
        if state != .cancelled { note = nil }
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
        // While it is cancelled or undone the job is reverting, too, and says more.
        if type == "revert.started", state != .cancelling { state = .reverting }
        guard let step = data["step"]?.intValue, steps.indices.contains(step),
            let index = data["task"]?.intValue, steps[step].tasks.indices.contains(index)
        else { return }
        var task = steps[step].tasks[index]
        switch type {
        case "task.started": task.state = .running
        case "task.retrying": task.state = .retrying
        case "task.completed": task.state = .completed
        case "task.failed": task.state = .failed
        case "task.skipped": task.state = .skipped
        case "task.reverted": task.state = .reverted
        case "revert.started", "revert.retrying": task.state = .reverting
        case "revert.failed": task.state = .revertFailed
        case "revert.dismissed": task.state = .dismissed
        default: return
        }
        task.take(data)
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

extension JobProgress.Task {
    fileprivate mutating func take(_ data: JSONValue) {
        service = data["service"]?.stringValue ?? service
        attempt = data["attempt"]?.intValue ?? attempt
        duration = data["durationMs"]?.doubleValue ?? duration
        status = data["status"]?.intValue ?? status
        // What went wrong before is over once it has gone well.
        let isWell = state == .completed || state == .reverted
        error = isWell ? nil : data["error"]?.stringValue ?? error
        let isWaiting = state == .retrying || state == .reverting
        nextAttempt = isWaiting ? data["at"]?.stringValue.flatMap { Timestamp($0) } : nil
    }
}

extension String {
    /// The text without `prefix`, or the text itself when it does not start so.
    func dropPrefix(_ prefix: String) -> String {
        hasPrefix(prefix) ? String(dropFirst(prefix.count)) : self
    }
}
