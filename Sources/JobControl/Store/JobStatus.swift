/// Where a job is in its life. A job that ``hasEnded`` changes only when a person undoes it or settles what is left of it.
public enum JobStatus: String, Sendable, Hashable, CaseIterable {
    /// Accepted and durable; waits for a free place.
    case queued
    case running
    /// Held by a person; sends nothing.
    case paused
    /// Every step ended well.
    case completed
    /// A task failed; what had been done was reverted.
    case failed
    /// A task failed, or a person cancelled or undoes the job: what had been done is being reverted.
    case reverting
    /// Ended with effects that could not be undone.
    case revertIncomplete = "revert-incomplete"
    /// Stopped by a person.
    case cancelled
    /// Undone after its end.
    case undone

    /// Whether nothing will happen to the job by itself any more.
    public var hasEnded: Bool {
        switch self {
        case .completed, .failed, .revertIncomplete, .cancelled, .undone: true
        case .queued, .running, .paused, .reverting: false
        }
    }

    /// The statuses of jobs that a restart has to go on with.
    public static let unfinished = allCases.filter { !$0.hasEnded }
}
