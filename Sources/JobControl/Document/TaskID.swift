/// Which task of a job: the index of its step, and its index in that step.
public struct TaskID: Sendable, Hashable {
    public var step: Int
    public var task: Int

    public init(step: Int, task: Int) {
        self.step = step
        self.task = task
    }
}
