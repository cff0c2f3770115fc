/// Why a task failed.
public struct TaskFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// One sentence.
    public var message: String
    /// What the service answered, where it did.
    public var status: Int?
    /// What the task has done all the same.
    public var effect: TaskEffect

    public init(_ message: String, status: Int? = nil, effect: TaskEffect) {
        self.message = message
        self.status = status
        self.effect = effect
    }

    public var description: String { message }
}
