/// What wakes a job's driver up.
enum DriverItem: Sendable {
    /// An action has ended; nil for one of which nothing is known, because it was cut off.
    case done(JobAction.Key, JobInput?)
    /// The alarm has rung.
    case woken
    /// A person wants something of the job.
    case steered
    /// This process is going down.
    case stopped
}

extension JobAction {
    /// What tells the actions of one job apart that are under way at the same time.
    enum Key: Hashable, Sendable {
        case call(TaskID)
        case revert(TaskID)
        case begin(TaskID?)
        case state

        /// The task whose call it is.
        var task: TaskID? {
            if case .call(let task) = self { task } else { nil }
        }
    }

    var key: Key {
        switch self {
        case .call(let call): .call(call.task)
        case .revert(let call): .revert(call.task)
        case .begin(let tasks, _): .begin(tasks.first)
        case .prepareState, .restoreState, .interrupt, .end: .state
        }
    }
}
