import Bus
import JSON

/// Undoing: the tasks of one step at the same time, steps one after another, the last one first; then the state
/// document, where a person wanted the job undone.
extension JobMachine {
    mutating func revertWhenQuiet() {
        giveUpRetries()
        guard state.running == 0, beginning == 0 else { return }
        guard state.effects > 0, state.cancellation?.reverts != false else { return finish() }
        emit(.revertStarted, ["jobId": .string(id), "tasks": JSONValue(state.effects)])
        revertNext()
    }

    mutating func revertNext() {
        retryRevertsThatAreDue()
        while true {
            sendReverts()
            guard revertsInFlight.isEmpty, !revertRetryTimes.keys.contains(where: \.isTask) else { return }
            revertQueue = state.ledger.nextBatch()
            if revertQueue.isEmpty { break }
        }
        guard restoreState() else { return }
        finish()
    }

    private mutating func retryRevertsThatAreDue() {
        guard !revertRetryTimes.isEmpty else { return }
        for (subject, time) in revertRetryTimes where time <= now {
            revertRetryTimes[subject] = nil
            if case .task(let task) = subject { revertQueue.append(task) }
        }
    }

    private mutating func sendReverts() {
        // What waits for its next attempt is in the journal as pending, so a batch may hold it.
        while let task = revertQueue.last {
            let waiting = revertRetryTimes.count
            guard revertsInFlight.count + waiting < tasksAtOnce(inStep: task.step) else { return }
            revertQueue.removeLast()
            guard let run = state[task].run, state.ledger.pending.contains(task) else { continue }
            guard !revertsInFlight.contains(task), revertRetryTimes[.task(task)] == nil else { continue }
            guard run.contract.hasRevert else {
                failRevert(of: task, run, TaskFailure("\(run.target.name) has no revert", effect: .none), attempts: 0)
                continue
            }
            revertsInFlight.insert(task)
            transition.actions.append(.revert(call(task, run, .revert)))
        }
    }

    mutating func endRevert(of task: TaskID, with result: Result<Int, TaskFailure>) {
        guard let run = state[task].run, state.ledger.pending.contains(task) else { return }
        revertsInFlight.remove(task)
        switch result {
        case .success(let status):
            var data = facts(of: task, run)
            data["status"] = JSONValue(status)
            emit(.taskReverted, data)
        case .failure(let failure):
            let attempts = (state.ledger.failures[.task(task)] ?? 0) + 1
            guard let pause = pause(afterRevert: attempts, failure) else {
                return failRevert(of: task, run, failure, attempts: attempts)
            }
            retry(.task(task), facts(of: task, run), after: failure, attempts, in: pause)
        }
    }

    private mutating func failRevert(of task: TaskID, _ run: TaskRun, _ failure: TaskFailure, attempts: Int) {
        var data = facts(of: task, run)
        if let status = failure.status { data["status"] = JSONValue(status) }
        data["error"] = .string(failure.message)
        data["attempts"] = JSONValue(attempts)
        emit(.revertFailed, data)
    }

    /// Nil when another attempt would not help, or there were enough.
    private func pause(afterRevert attempt: Int, _ failure: TaskFailure) -> Duration? {
        let policy = options.reverts
        if let status = failure.status, Status.isRefusal(status), !RetryPolicy.passing.contains(status) { return nil }
        guard attempt < policy.attemptLimit else { return nil }
        return max(policy.pause(after: attempt, chance: chance), failure.retryAfter ?? .zero)
    }

    private mutating func retry(
        _ subject: Leftover.Subject,
        _ facts: JSONObject,
        after failure: TaskFailure,
        _ attempt: Int,
        in pause: Duration
    ) {
        let time = now + pause
        var data = facts
        data["attempt"] = JSONValue(attempt + 1)
        if let status = failure.status { data["status"] = JSONValue(status) }
        data["error"] = .string(failure.message)
        data["delayMs"] = JSONValue(pause.milliseconds)
        data["at"] = .string(time.description)
        emit(.revertRetrying, data)
        revertRetryTimes[subject] = time
    }
}

// MARK: The state document

extension JobMachine {
    private var factsOfState: JSONObject {
        var data: JSONObject = ["jobId": .string(id), "state": .string(state.stateID)]
        if let version = state.undoing?.version { data["version"] = JSONValue(version) }
        return data
    }

    /// False while the state document is being put back, or waits for it; true when nothing is to be done.
    private mutating func restoreState() -> Bool {
        guard let version = state.undoing?.version else { return true }
        guard !isRestoring, revertRetryTimes[.state] == nil else { return false }
        isRestoring = true
        transition.actions.append(.restoreState(version: version))
        return false
    }

    mutating func endRestoring(with failure: TaskFailure?) {
        guard isRestoring else { return }
        isRestoring = false
        guard let failure else { return emit(.stateReverted, factsOfState) }
        let attempts = (state.ledger.failures[.state] ?? 0) + 1
        if let pause = pause(afterRevert: attempts, failure) {
            return retry(.state, factsOfState, after: failure, attempts, in: pause)
        }
        var data = factsOfState
        if let status = failure.status { data["status"] = JSONValue(status) }
        data["error"] = .string(failure.message)
        data["attempts"] = JSONValue(attempts)
        emit(.revertFailed, data)
    }
}

extension Leftover.Subject {
    var isTask: Bool {
        if case .task = self { true } else { false }
    }
}
