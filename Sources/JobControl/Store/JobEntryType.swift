/// What a journal entry says happened; the type of the event that is published for it, without `platform.`.
public enum JobEntryType: String, Sendable, Hashable, CaseIterable {
    case jobSubmitted = "job.submitted"
    case jobStarted = "job.started"
    /// Somebody stops the job; what runs is cut off.
    case jobCancelling = "job.cancelling"
    case jobPaused = "job.paused"
    case jobResumed = "job.resumed"
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
    case revertRetrying = "revert.retrying"
    case taskReverted = "task.reverted"
    /// It cannot be undone; a person must see to it.
    case revertFailed = "revert.failed"
    /// A person says that nothing is to be done about it.
    case revertDismissed = "revert.dismissed"
    /// Somebody undoes a job that has ended.
    case undoStarted = "undo.started"
    case stateReverted = "state.reverted"
    case jobCompleted = "job.completed"
    case jobFailed = "job.failed"
    case jobCancelled = "job.cancelled"
    case jobUndone = "job.undone"
    case jobRevertIncomplete = "job.revert-incomplete"
    case warning

    /// Whether nothing comes after an entry of this type, unless a person has the job undone or settles what is left.
    public var endsTheJob: Bool {
        switch self {
        case .jobCompleted, .jobFailed, .jobCancelled, .jobUndone, .jobRevertIncomplete: true
        default: false
        }
    }
}
