import JSON

/// What is next: steps and tasks in their order, then the reverts in theirs.
extension JobMachine {
    mutating func proceed() {
        guard !state.record.status.hasEnded, isReady else { return }
        if state.record.status == .reverting { return revertNext() }
        if state.failure != nil { return revertWhenQuiet() }
        while state.currentStep < state.document.steps.count {
            guard enterStep() else { continue }
            beginTasks()
            if beginning + state.running > 0 { return }
            completeStep()
        }
        complete()
    }

    /// Goes into the current step; false when it is skipped.
    mutating func enterStep() -> Bool {
        if state.stepStartedAt != nil { return true }
        let step = state.document.steps[state.currentStep]
        if let reason = step.skipReason {
            skip(step, because: reason)
            return false
        }
        var data = facts(ofStep: state.currentStep)
        data["mode"] = .string(step.mode.description)
        data["tasks"] = JSONValue(step.tasks.count)
        emit(.stepStarted, data)
        for task in tasksOfCurrentStep where !state.document[task].isEnabled {
            skip(task, because: "the task is not enabled")
        }
        return true
    }

    mutating func skip(_ step: JobStep, because reason: String) {
        var data = facts(ofStep: state.currentStep)
        data["status"] = "skipped"
        data["reason"] = .string(reason)
        for task in tasksOfCurrentStep { skip(task, because: reason) }
        emit(.stepSkipped, data)
    }

    mutating func skip(_ task: TaskID, because reason: String) {
        var data = facts(of: task)
        data["status"] = "skipped"
        data["reason"] = .string(reason)
        emit(.taskSkipped, data)
    }

    mutating func beginTasks() {
        let isSequential = state.document.steps[state.currentStep].mode == .sequential
        let free = (isSequential ? 1 : tasksAtOnce) - state.running - beginning
        guard free > 0 else { return }
        let tasks = pendingTasks(upTo: free)
        guard !tasks.isEmpty else { return }
        for task in tasks { state.setBeginning(true, task) }
        beginning += tasks.count
        let readsState = knownState == nil && tasks.contains { state.document[$0].usesState }
        transition.actions.append(.begin(tasks, readingState: readsState))
    }

    mutating func pendingTasks(upTo limit: Int) -> [TaskID] {
        var tasks: [TaskID] = []
        let count = state.document.steps[state.currentStep].tasks.count
        while tasks.count < limit, nextTask < count {
            let task = TaskID(step: state.currentStep, task: nextTask)
            if state[task].isPending { tasks.append(task) }
            nextTask += 1
        }
        return tasks
    }

    mutating func completeStep() {
        nextTask = 0
        var data = facts(ofStep: state.currentStep)
        if let start = state.stepStartedAt { data["durationMs"] = milliseconds(since: start) }
        emit(.stepCompleted, data)
    }

    mutating func complete() {
        emit(.jobCompleted, factsOfEnd(.completed))
        transition.actions.append(.end(outcome))
    }

    mutating func revertWhenQuiet() {
        guard state.running == 0, beginning == 0 else { return }
        guard state.effects > 0 else { return failWithTask() }
        emit(.revertStarted, ["jobId": .string(id), "tasks": JSONValue(state.effects)])
        revertNext()
    }

    mutating func revertNext() {
        guard let task = state.reverts.last else { return failWithTask() }
        guard let run = state[task].run else { return }
        transition.actions.append(.revert(call(task, run, .revert)))
    }

    mutating func failWithTask() {
        let failure = state.failure ?? [:]
        fail(error: failure["error"]?.stringValue ?? "a task failed", task: taskLabel(in: failure))
    }

    mutating func fail(error: String, task: String?) {
        var data = factsOfEnd(.failed)
        data["error"] = .string(error)
        if let task { data["failedTask"] = .string(task) }
        emit(.jobFailed, data)
        transition.actions.append(.end(outcome))
    }

    /// Sends again what was sent but has no end in the journal; nothing in a job that was just started.
    mutating func sendAgain() {
        for task in tasksOfCurrentStep {
            guard case .running(let run) = state[task] else { continue }
            var data = facts(of: task, run)
            data["attempt"] = JSONValue(run.attempt + 1)
            data["reason"] = "job-control goes on from its journal, which does not say how the task ended"
            emit(.taskRetrying, data)
            let operation = state.document.steps[task.step].mode.operation.again
            transition.actions.append(.call(call(task, run, operation)))
        }
    }
}
