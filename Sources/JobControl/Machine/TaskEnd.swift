public import JSON

/// How a task's call ended.
public enum TaskEnd: Sendable, Hashable {
    /// With a success, and these places of the state document were written; `result` is what the journal keeps of the
    /// answer.
    case completed(status: Int, stored: [StoredValue], result: JSONValue? = nil)
    case failed(TaskFailure)
}
