/// How far a task is.
enum TaskProgress: Sendable {
    case pending
    /// Its service is being looked for. Not in the journal: after a restart it is pending again.
    case beginning
    case running(TaskRun)
    /// Nil when it failed before anything was sent.
    case ended(TaskRun?)
    case skipped

    var run: TaskRun? {
        switch self {
        case .running(let run): run
        case .ended(let run): run
        case .pending, .beginning, .skipped: nil
        }
    }

    var isPending: Bool {
        if case .pending = self { true } else { false }
    }

    var isRunning: Bool {
        if case .running = self { true } else { false }
    }
}
