public import JSON

/// A job document that was found valid: what job-control acts on.
///
/// Members it does not know are ignored here and kept in the stored document.
public struct JobDocument: Sendable, Hashable {
    /// A free name, shown in lists.
    public var name: String?
    /// The state document that the tasks share.
    public var state: StateReference
    /// What is merged into the state document before the first step.
    public var sharedState: JSONObject?
    /// One after another.
    public var steps: [JobStep]
    /// How long the job may take until its last task has ended; what follows a failure is not limited.
    public var timeout: Duration?

    /// Reads a whole document.
    ///
    /// - Throws: ``JobDocumentError`` with every fault and its place.
    public init(parsing json: JSONValue) throws(JobDocumentError) {
        guard let object = json.objectValue else {
            throw JobDocumentError([JobFault(pointer: [], message: "must be a JSON object")])
        }
        var reader = DocumentReader()
        name = object["name"]?.stringValue
        state = StateReference(object)
        sharedState = reader.object("sharedState", of: object, at: .root)
        timeout = reader.duration("timeout", of: object, at: .root, isPositive: true)
        let retry = RetryPolicy.read(object, at: .root, inherited: nil, reader: &reader)
        let path = DocumentPath.root.appending("steps")
        steps = reader.array("steps", of: object, at: .root).enumerated().map { index, value in
            JobStep(value, at: path.appending(index), retry: retry, reader: &reader)
        }
        guard reader.faults.isEmpty else { throw JobDocumentError(reader.faults) }
    }

    /// Reads the bytes of a whole document.
    ///
    /// - Throws: ``JobDocumentError``, also when the bytes are no JSON.
    public init(parsing bytes: [UInt8]) throws(JobDocumentError) {
        try self.init(parsing: Self.json(bytes))
    }

    /// The names, tags and modes of all steps and tasks, for watchers to draw before anything has happened.
    var outline: JSONValue {
        .array(steps.map(\.outline))
    }

    /// Whether any step has a task to call.
    var hasWork: Bool {
        steps.contains { $0.skipReason == nil }
    }

    subscript(task: TaskID) -> JobTask {
        steps[task.step].tasks[task.task]
    }
}
