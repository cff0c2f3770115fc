/// What a journal entry says happened; the type of the event that is published for it, without `platform.`.
public enum JobEntryType: String, Sendable, Hashable, CaseIterable {
    case jobSubmitted = "job.submitted"
    case jobStarted = "job.started"
    case stepStarted = "step.started"
    case stepCompleted = "step.completed"
    case stepSkipped = "step.skipped"
    case taskStarted = "task.started"
    case taskCompleted = "task.completed"
    case taskFailed = "task.failed"
    case taskSkipped = "task.skipped"
    case taskRetrying = "task.retrying"
    case stateStored = "state.stored"
    case revertStarted = "revert.started"
    case taskReverted = "task.reverted"
    case revertFailed = "revert.failed"
    case jobCompleted = "job.completed"
    case jobFailed = "job.failed"
    case jobCancelled = "job.cancelled"
    case warning

    /// Whether nothing comes after an entry of this type.
    public var endsTheJob: Bool {
        switch self {
        case .jobCompleted, .jobFailed, .jobCancelled: true
        default: false
        }
    }
}
