import JSON

/// One step: tasks that run at the same time, or one after another.
public struct JobStep: Sendable, Hashable {
    public var name: String?
    public var mode: StepMode
    /// False skips the step.
    public var isEnabled: Bool
    /// Why it is not enabled, where the document says so.
    public var remark: String?
    public var tasks: [JobTask]
    /// How long the step may take, its retries included.
    public var timeout: Duration?
    /// How many of its tasks are under way at once; nil for as many as job-control allows.
    public var concurrency: Int?

    /// What is wrong with it goes to `reader`.
    init(_ json: JSONValue, at path: DocumentPath, retry: RetryPolicy?, reader: inout DocumentReader) {
        let object = json.objectValue ?? [:]
        name = object["name"]?.stringValue
        mode = StepMode(object["mode"])
        remark = object["skipReason"]?.stringValue
        guard json.objectValue != nil else {
            reader.fault(path, "must be an object")
            (isEnabled, tasks) = (true, [])
            return
        }
        isEnabled = reader.isEnabled(object, at: path)
        timeout = reader.duration("timeout", of: object, at: path, isPositive: true)
        concurrency = reader.count("concurrency", of: object, at: path)
        let retry = RetryPolicy.read(object, at: path, inherited: retry, reader: &reader)
        let inside = path.appending("tasks")
        tasks = reader.array("tasks", of: object, at: path).enumerated().map { index, value in
            JobTask(value, at: inside.appending(index), retry: retry, reader: &reader)
        }
    }

    /// Why nothing of this step is run; nil when something is.
    var skipReason: String? {
        if !isEnabled { return remark ?? "the step is not enabled" }
        if case .unknown(let mode) = mode { return "there is no mode '\(mode)'" }
        return tasks.contains(where: \.isEnabled) ? nil : "no task of the step is enabled"
    }

    var outline: JSONValue {
        var object: JSONObject = [:]
        if let name { object["name"] = .string(name) }
        if mode != .parallel { object["mode"] = .string(mode.description) }
        if !isEnabled { object["enabled"] = false }
        object["tasks"] = .array(tasks.map(\.outline))
        return .object(object)
    }
}
