public import Bus
import JSON

/// What only time does: limits that pass and attempts that become due. One moment says when to look again.
extension JobMachine {
    /// When ``JobInput/woken`` is due; nil while nothing waits for a time.
    public var wakeUpAt: Timestamp? {
        guard isReady, state.pause == nil, !state.record.status.hasEnded else { return nil }
        if state.record.status == .reverting { return revertRetryTimes.values.min() }
        if isFailing || cutOff != nil { return nil }
        let retry = retryTimes.isEmpty ? nil : retryTimes.values.min()
        guard let deadline = deadline?.at else { return retry }
        return retry.map { min($0, deadline) } ?? deadline
    }

    /// What passed limit of time the job or its step has met; nil within the limits.
    var overdue: TaskFailure? {
        if let cutOff { return cutOff }
        guard let deadline, deadline.at <= now else { return nil }
        return TaskFailure("The timeout of \(deadline.whose) (\(deadline.limit.spoken)) passed", effect: .unknown)
    }

    /// The nearer one of the job's and the step's limits; time in which the job was held does not count.
    private var deadline: (at: Timestamp, whose: String, limit: Duration)? {
        let step = state.document.steps.indices.contains(state.currentStep) ? state.currentStep : nil
        let stepLimit = step.flatMap { state.document.steps[$0].timeout }
        guard state.document.timeout != nil || stepLimit != nil else { return nil }
        var nearest: (at: Timestamp, whose: String, limit: Duration)?
        if let limit = state.document.timeout, let start = state.startedAt {
            nearest = (start + limit + state.held.job, "the job", limit)
        }
        if let limit = stepLimit, let start = state.stepStartedAt {
            let end = start + limit + state.held.step
            if nearest.map({ end < $0.at }) ?? true { nearest = (end, "the step", limit) }
        }
        return nearest
    }

    /// Cuts off what the step still has to do; false when it has nothing to do any more.
    mutating func cutStepOff(_ failure: TaskFailure) -> Bool {
        guard state.running + beginning > 0 || nextPendingTask != nil else { return false }
        cutOff = failure
        interruptRunningTasks()
        if state.running == 0, beginning == 0, state.failure == nil, let task = nextPendingTask {
            fail(task, with: TaskFailure(failure.message, effect: .none), run: nil)
        }
        if isFailing { revertWhenQuiet() }
        return true
    }

    private var nextPendingTask: TaskID? {
        tasksOfCurrentStep.dropFirst(nextTask).first { state[$0].isPending }
    }

    /// Asks for the end of every call; those who wait for another attempt end now.
    mutating func interruptRunningTasks() {
        giveUpRetries()
        guard state.running > interrupted.count else { return }
        for task in tasksOfCurrentStep where state[task].isRunning && !interrupted.contains(task) {
            interrupted.insert(task)
            transition.actions.append(.interrupt(task))
        }
    }

    /// Ends what runs according to the journal, but was sent by somebody who is gone: what it has done is not known.
    mutating func abandonRunningTasks() {
        for task in tasksOfCurrentStep {
            guard case .running(let run) = state[task] else { continue }
            fail(task, with: cutOff ?? cancelledFailure, run: run)
        }
    }

    var cancelledFailure: TaskFailure {
        TaskFailure("The job was cancelled while the task ran", effect: .unknown)
    }
}
