import JSON

/// What is next: steps and tasks in their order, then the reverts in theirs.
extension JobMachine {
    mutating func proceed() {
        guard !state.record.status.hasEnded, isReady, state.pause == nil else { return }
        if state.record.status == .reverting { return revertNext() }
        if isFailing { return revertWhenQuiet() }
        while state.currentStep < state.document.steps.count {
            guard enterStep() else { continue }
            if let overdue, cutStepOff(overdue) { return }
            sendDue()
            beginTasks()
            if beginning + state.running > 0 { return }
            completeStep()
        }
        complete()
    }

    /// Whether no task is started or sent again any more, since the job is on its way to an end that is not good.
    var isFailing: Bool { state.failure != nil || state.cancellation != nil }

    /// Whether tasks that were about to begin must not.
    var isHeld: Bool { state.pause != nil || state.cancellation != nil || cutOff != nil }

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
        if let version = preparedVersion.take() { data["stateVersion"] = JSONValue(version) }
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
        let free = tasksAtOnce(inStep: state.currentStep) - state.running - beginning
        guard free > 0 else { return }
        let tasks = pendingTasks(upTo: free)
        guard !tasks.isEmpty else { return }
        for task in tasks { state.setBeginning(true, task) }
        beginning += tasks.count
        let readsState = knownState == nil && tasks.contains { state.document[$0].usesState }
        transition.actions.append(.begin(tasks, readingState: readsState))
    }

    func tasksAtOnce(inStep index: Int) -> Int {
        let step = state.document.steps[index]
        if step.mode == .sequential { return 1 }
        return max(min(step.concurrency ?? .max, options.tasksAtOnce), 1)
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
}
