import Bus
public import JSON

/// Undoing a job that has ended.
extension JobClient {
    /// What an undo would do, in the order in which it would be done.
    public struct UndoPlan: Sendable, Hashable {
        public var jobID: String
        /// The step down to which it goes, as it was asked for; nil for all of the job.
        public var to: String?
        public var tasks: [UndoTask]
        /// The answer as it came.
        public var json: JSONValue

        init?(_ json: JSONValue) {
            guard let jobID = json["jobId"]?.stringValue, let rows = json["tasks"]?.arrayValue else { return nil }
            self.jobID = jobID
            to = json["to"].flatMap(JobClient.text)
            tasks = rows.map(UndoTask.init)
            self.json = json
        }

        /// The tasks that an undo cannot put back, or not without overwriting what came later: it needs `force`.
        public var obstacles: [UndoTask] { tasks.filter(\.isObstacle) }
    }

    /// One task of a plan.
    public struct UndoTask: Sendable, Hashable {
        /// The step's and the task's names, or else their indexes.
        public var step: String
        public var task: String
        public var tag: String?
        public var requestID: String?
        /// `reversible`, `irreversible`, `undone`, `changed` or `unknown`.
        public var grade: String
        /// Why it has this grade, with the later job where one changed what the task wrote.
        public var reason: String?

        init(_ json: JSONValue) {
            step = json["stepName"]?.stringValue ?? json["step"].flatMap(JobClient.text) ?? ""
            task = json["name"]?.stringValue ?? json["task"].flatMap(JobClient.text) ?? ""
            tag = json["tag"]?.stringValue
            requestID = json["requestId"]?.stringValue
            grade = json["grade"]?.stringValue ?? "unknown"
            let changer = json["changedBy"].flatMap { $0.stringValue ?? $0["client"]?.stringValue }
            reason = json["reason"]?.stringValue ?? changer.map { "changed by \($0)" }
        }

        /// Whether only a forced undo goes past it.
        public var isObstacle: Bool { grade == "irreversible" || grade == "changed" }
    }

    /// Shows what an undo would do; changes nothing.
    ///
    /// - Parameter step: the name or index of the step down to which it goes; nil for all of the job.
    public func undoPlan(
        of id: String,
        to step: String? = nil,
        within timeout: Duration = .seconds(60)
    ) async throws -> UndoPlan {
        var annotations: Annotations = [Annotations.id: id]
        annotations["to"] = step
        guard let plan = UndoPlan(try await read("undo-plan", annotations, within: timeout)) else {
            throw Self.unreadable("plan")
        }
        return plan
    }

    /// Begins to undo a job that has ended. Returns when the wish is durable; the job's events tell how it ends.
    ///
    /// - Parameter force: also when the plan has tasks that cannot be put back.
    /// - Throws: `Problem` 409 when the job has not ended, or when the plan needs `force`.
    public func undo(
        _ id: String,
        to step: String? = nil,
        force: Bool = false,
        within timeout: Duration = .seconds(60)
    ) async throws -> JobStanding {
        var annotations: Annotations = [Annotations.id: id]
        annotations["to"] = step
        if force { annotations["force"] = "true" }
        return try await steer("undo", annotations, within: timeout)
    }

    /// A name or an index as text.
    static func text(_ value: JSONValue) -> String? {
        value.stringValue ?? value.numberValue.map { _ in value.description }
    }
}
