import Bus
import JSON

/// How far each step and task of a job is, as its journal tells it: `progress` of `GET /jobs/{id}`.
///
/// Told by the entries alone, so it is the same live, after a restart, and when a job has ended.
struct ProgressReport {
    /// Jobs of more tasks than that are told without their progress: the answer would be no message that anybody
    /// carries. Their journal can be read in parts.
    static let taskLimit = 10_000

    private struct Step {
        var facts: JSONObject
        var tasks: [JSONObject]
    }

    /// What a task is after an entry of that type. Other entries leave it as it is.
    private static let statuses: [String: JSONValue] = [
        "task.started": "running", "task.retrying": "retrying", "task.completed": "completed", "task.failed": "failed",
        "task.skipped": "skipped", "task.reverted": "reverted", "revert.retrying": "reverting",
        "revert.failed": "revert-failed", "revert.dismissed": "revert-dismissed",
    ]
    /// The members of an entry that the task shows.
    private static let members = ["service", "worker", "attempt", "requestId", "error"]

    private var steps: [Step] = []

    /// Nil when there is nothing to tell, or too much.
    var json: JSONValue? {
        guard !steps.isEmpty, steps.reduce(0, { $0 + $1.tasks.count }) <= Self.taskLimit else { return nil }
        return .array(
            steps.map { step in
                var facts = step.facts
                facts["tasks"] = .array(step.tasks.map(JSONValue.object))
                return .object(facts)
            }
        )
    }

    /// Takes the next entry.
    mutating func apply(_ entry: JobEntry) {
        switch entry.type {
        case .jobSubmitted: begin(entry.data["outline"]?.arrayValue ?? [])
        case .stepStarted: changeStep(entry, to: "running")
        case .stepCompleted: changeStep(entry, to: "completed")
        case .stepSkipped: changeStep(entry, to: "skipped")
        default: changeTask(entry)
        }
    }

    private mutating func begin(_ outline: [JSONValue]) {
        steps = outline.map { step in
            Step(facts: Self.pending(step, ["name"]), tasks: (step["tasks"]?.arrayValue ?? []).map(Self.task))
        }
    }

    private static func task(_ outline: JSONValue) -> JSONObject {
        pending(outline, ["name", "tag"])
    }

    private static func pending(_ outline: JSONValue, _ members: [String]) -> JSONObject {
        var facts: JSONObject = [:]
        for member in members { facts[member] = outline[member] }
        facts["status"] = "pending"
        return facts
    }

    private mutating func changeStep(_ entry: JobEntry, to status: JSONValue) {
        guard let step = index("step", of: entry, in: steps.indices) else { return }
        steps[step].facts["status"] = status
        let moment = entry.type == .stepStarted ? "startedAt" : "endedAt"
        steps[step].facts[moment] = .string(entry.time.description)
    }

    private mutating func changeTask(_ entry: JobEntry) {
        guard let status = Self.statuses[entry.type.rawValue],
            let step = index("step", of: entry, in: steps.indices),
            let task = index("task", of: entry, in: steps[step].tasks.indices)
        else { return }
        steps[step].tasks[task]["status"] = status
        for member in Self.members {
            if let value = entry.data[member] { steps[step].tasks[task][member] = value }
        }
        switch entry.type {
        case .taskStarted: steps[step].tasks[task]["startedAt"] = .string(entry.time.description)
        case .taskCompleted, .taskFailed: steps[step].tasks[task]["endedAt"] = .string(entry.time.description)
        default: break
        }
        if entry.type == .taskFailed { steps[step].facts["status"] = "failed" }
    }

    private func index(_ member: String, of entry: JobEntry, in range: Range<Int>) -> Int? {
        entry.data[member]?.intValue.flatMap { range.contains($0) ? $0 : nil }
    }
}
