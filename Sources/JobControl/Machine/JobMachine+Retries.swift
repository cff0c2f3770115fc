import Bus
import JSON

/// What is sent again: after a failure where the document or the service's contract allows it, and after a restart.
///
/// A call that may have been carried out is asked for again as `repeat` with the same request id, which a service
/// answers from its record or executes once. A service that has no `repeat` is asked again only when its contract
/// says that asking twice does no harm; else nobody can tell what it has done, and the task fails.
extension JobMachine {
    mutating func retryOrFail(_ task: TaskID, _ run: TaskRun, after failure: TaskFailure) {
        guard !isFailing, cutOff == nil, let pause = pause(before: task, run, after: failure) else {
            return fail(task, with: failure, run: run)
        }
        guard failure.effect == .none || canAskAgain(task, run) else {
            var unknown = TaskFailure.outcomeUnknown(of: run.target.name, because: failure.message)
            unknown.status = failure.status
            return fail(task, with: unknown, run: run)
        }
        let time = now + pause
        var data = facts(of: task, run)
        data["attempt"] = JSONValue(run.attempt + 1)
        if let status = failure.status { data["status"] = JSONValue(status) }
        data["error"] = .string(failure.message)
        data["effect"] = .string(failure.effect.rawValue)
        data["delayMs"] = JSONValue(pause.milliseconds)
        data["at"] = .string(time.description)
        emit(.taskRetrying, data)
        retryTimes[task] = time
    }

    /// How long to wait before the next attempt; nil when there is none.
    private mutating func pause(before task: TaskID, _ run: TaskRun, after failure: TaskFailure) -> Duration? {
        let policy = state.document[task].retry ?? (run.contract.allowsTwice ? .byContract : nil)
        guard let policy, policy.covers(failure), run.attempt < policy.attemptLimit else { return nil }
        let pause = max(policy.pause(after: run.attempt, chance: nextChance()), failure.retryAfter ?? .zero)
        if let limit = policy.duration, now + pause > run.startedAt + limit { return nil }
        return pause
    }

    /// A number for each of the tasks that failed together, so that they do not come again together.
    private mutating func nextChance() -> Double {
        defer {
            chance += 0.618_033_988_749_895
            if chance >= 1 { chance -= 1 }
        }
        return chance
    }

    /// Whether asking once more cannot do twice what may have been done.
    func canAskAgain(_ task: TaskID, _ run: TaskRun) -> Bool {
        state.document.steps[task.step].mode.operation.isIdempotent || run.contract.hasRepeat
            || run.contract.allowsTwice
    }

    /// Sends the tasks whose next attempt is due.
    mutating func sendDue() {
        guard !retryTimes.isEmpty else { return }
        let due = retryTimes.filter { $0.value <= now }.keys.sorted { ($0.step, $0.task) < ($1.step, $1.task) }
        for task in due {
            retryTimes[task] = nil
            guard case .running(let run) = state[task] else { continue }
            transition.actions.append(.call(call(task, run, operation(for: task, run))))
        }
    }

    private func operation(for task: TaskID, _ run: TaskRun) -> TaskOperation {
        let operation = state.document.steps[task.step].mode.operation
        return run.mayHaveRun && run.contract.hasRepeat ? operation.again : operation
    }

    /// Sends again what was sent but has no end in the journal; nothing in a job that was just started.
    mutating func sendAgain() {
        for task in tasksOfCurrentStep {
            guard case .running(let run) = state[task] else { continue }
            if let time = run.retryAt, time > now, !isFailing {
                retryTimes[task] = time
            } else {
                sendAgain(task, run)
            }
        }
    }

    private mutating func sendAgain(_ task: TaskID, _ run: TaskRun) {
        guard canAskAgain(task, run) else {
            let reason = "job-control went down while the task ran"
            return fail(task, with: .outcomeUnknown(of: run.target.name, because: reason), run: run)
        }
        var data = facts(of: task, run)
        data["attempt"] = JSONValue(run.attempt + 1)
        data["reason"] = "job-control goes on from its journal, which does not say how the task ended"
        emit(.taskRetrying, data)
        guard case .running(let run) = state[task] else { return }
        transition.actions.append(.call(call(task, run, operation(for: task, run))))
    }

    /// Ends the tasks that wait for another attempt, which there will not be.
    mutating func giveUpRetries() {
        guard !retryTimes.isEmpty else { return }
        for task in retryTimes.keys.sorted(by: { ($0.step, $0.task) < ($1.step, $1.task) }) {
            guard case .running(let run) = state[task] else { continue }
            fail(task, with: run.lastFailure ?? cancelledFailure, run: run)
        }
        retryTimes = [:]
    }
}
