/// How a task's call ended.
public enum TaskEnd: Sendable, Hashable {
    /// With a success, and these places of the state document were written.
    case completed(status: Int, stored: [StoredValue])
    case failed(TaskFailure)
}
