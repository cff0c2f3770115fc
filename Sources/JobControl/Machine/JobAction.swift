/// What a ``JobMachine`` wants done next. Each is answered by one ``JobInput``, but for ``interrupt(_:)`` and the end.
public enum JobAction: Sendable, Hashable {
    /// Make the state document of the job, or merge into the one it names.
    case prepareState(StatePreparation)
    /// Look for the services of these tasks, and read the state document if their inputs need it. Changes nothing.
    case begin([TaskID], readingState: Bool)
    /// Call a task's service, and store its result.
    case call(TaskCall)
    /// Cut a task's call off, so that its service stops working on it. Its call is answered all the same.
    case interrupt(TaskID)
    /// Undo a task.
    case revert(TaskCall)
    /// Put the state document back to a version; 0 for before it was made.
    case restoreState(version: Int)
    /// Tell whoever waits. The last action.
    case end(JobOutcome)

    /// Whether anybody can see that it was done: the entries so far must be durable before.
    var isVisible: Bool {
        if case .begin = self { false } else { true }
    }
}
