/// A task that may start: its request's id, and its service, unless there is none.
public struct TaskBeginning: Sendable, Hashable {
    public var task: TaskID
    public var requestID: String
    public var target: Result<ServiceTarget, TaskFailure>

    public init(task: TaskID, requestID: String, target: Result<ServiceTarget, TaskFailure>) {
        self.task = task
        self.requestID = requestID
        self.target = target
    }
}
