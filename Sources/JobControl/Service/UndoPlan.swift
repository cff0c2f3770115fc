import JSON

/// What undoing a job that has ended would do: its tasks in the order in which they would be undone, each with what
/// its service says of that.
struct UndoPlan: Sendable {
    struct Item: Sendable {
        let task: TaskID
        let stepName: String?
        let declared: JobTask
        let run: TaskRun
        var grade: RequestGrade
    }

    let jobID: String
    /// The first step that would be undone; nil for the whole job.
    let step: Int?
    /// The state document, and the version that it would be put back to; nil when it stays as it is.
    let state: (id: String, version: Int)?
    let items: [Item]

    /// What a later task of the same job has changed is no obstacle: that task is undone before.
    static func gradedInOrder(_ items: [Item]) -> [Item] {
        var undone: Set<String> = []
        return items.map { item in
            var item = item
            let changer = item.grade.changedBy?["requestId"]?.stringValue
            if item.grade.grade == .changed, let changer, undone.contains(changer) {
                item.grade = RequestGrade(.reversible, reason: "changed since by this job, which undoes that before")
            }
            if item.grade.grade == .reversible { undone.insert(item.run.requestID) }
            return item
        }
    }

    /// The tasks that stand in the way unless a person insists.
    var obstacles: [Item] { items.filter { [.irreversible, .changed].contains($0.grade.grade) } }

    /// The tasks that there is no way to undo.
    var irreversible: [TaskID] { items.filter { $0.grade.grade == .irreversible }.map(\.task) }

    /// `{ jobId, to, state?, tasks: [ { step, task, tag, requestId, grade, … } ] }`.
    var json: JSONValue {
        var plan: JSONObject = ["jobId": .string(jobID), "to": step.map { JSONValue($0) } ?? .null]
        if let state { plan["state"] = ["id": .string(state.id), "version": JSONValue(state.version)] }
        plan["tasks"] = .array(items.map(\.json))
        return .object(plan)
    }
}

extension UndoPlan.Item {
    fileprivate var json: JSONValue {
        var item: JSONObject = ["step": JSONValue(task.step)]
        if let stepName { item["stepName"] = .string(stepName) }
        item["task"] = JSONValue(task.task)
        if let name = declared.name { item["name"] = .string(name) }
        item["tag"] = JSONValue(declared.tag ?? declared.serviceName)
        item["service"] = .string(run.target.name)
        item["requestId"] = .string(run.requestID)
        item["grade"] = .string(grade.grade.rawValue)
        if let reason = grade.reason { item["reason"] = .string(reason) }
        if let changedBy = grade.changedBy { item["changedBy"] = changedBy }
        return .object(item)
    }
}
