public import Bus

/// An effect of a job that could not be undone: what a person finds in the inbox.
public struct Leftover: Sendable, Hashable {
    /// What is left.
    public enum Subject: Sendable, Hashable {
        /// The effect of a task.
        case task(TaskID)
        /// The content of the state document.
        case state
    }

    public var subject: Subject
    /// Why it could not be undone.
    public var error: String
    /// When that was found out.
    public var since: Timestamp
    /// How often it was tried.
    public var attempts: Int
}
