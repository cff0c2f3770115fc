import JSON

/// What happened: each input becomes the entries that say so.
extension JobMachine {
    mutating func handle(_ input: JobInput) {
        switch input {
        case .statePrepared(let content, let version):
            knownState = content
            preparedVersion = version
            isReady = true
            if state.cancellation == nil { sendAgain() } else { abandonRunningTasks() }
        case .statePreparationFailed(let message): failPreparation(message)
        case .begun(let beginnings, let content): begin(beginnings, in: content ?? knownState.map(Result.success))
        case .ended(let task, let end): self.end(task, with: end)
        case .interrupted(let task): end(task, with: .failed(cutOff ?? cancelledFailure))
        case .reverted(let task, let result): endRevert(of: task, with: result)
        case .stateRestored(let failure): endRestoring(with: failure)
        case .woken: break
        }
    }

    private mutating func failPreparation(_ message: String) {
        for task in tasksOfCurrentStep where state[task].isRunning {
            end(task, with: .failed(TaskFailure(message, effect: isReplayed ? .unknown : .none)))
        }
        isReady = true
        if state.failure == nil, state.cancellation == nil { fail(error: message, task: nil) }
    }

    private mutating func begin(_ beginnings: [TaskBeginning], in content: Result<JSONValue, TaskFailure>?) {
        knownState = nil
        for beginning in beginnings {
            self.beginning -= 1
            state.setBeginning(false, beginning.task)
            if !isHeld { begin(beginning, in: content) }
        }
        // What was looked for in vain comes again when the job goes on.
        if isHeld { nextTask = 0 }
    }

    private mutating func begin(_ beginning: TaskBeginning, in content: Result<JSONValue, TaskFailure>?) {
        let task = beginning.task
        do throws(TaskFailure) {
            let target = try beginning.target.get()
            let input = try resolvedInput(of: task, in: content)
            let operation = state.document.steps[task.step].mode.operation
            start(task, target: target, requestID: requestID(for: beginning, operation, input), input: input)
        } catch {
            fail(task, with: error, run: nil)
        }
    }

    /// The request's id: the author's own where the step repeats or reverts an earlier request by its id.
    private func requestID(for task: TaskBeginning, _ operation: TaskOperation, _ input: JSONObject) -> String {
        guard operation != .execute, let id = input["requestId"]?.stringValue, !id.isEmpty else {
            return task.requestID
        }
        return id
    }

    private mutating func resolvedInput(
        of task: TaskID,
        in content: Result<JSONValue, TaskFailure>?
    ) throws(TaskFailure) -> JSONObject {
        let declared = state.document[task]
        guard declared.usesState else { return declared.input }
        let content = try content?.get() ?? .object([:])
        let resolution: InputResolver.Resolution
        do {
            resolution = try InputResolver.resolve(declared.input, in: content)
        } catch {
            throw TaskFailure(error.description, effect: .none)
        }
        for pointer in resolution.missing { warn(about: pointer, of: task) }
        return resolution.input
    }

    mutating func end(_ task: TaskID, with end: TaskEnd) {
        guard case .running(let run) = state[task] else { return }
        interrupted.remove(task)
        switch end {
        case .completed(let status, let stored, let result):
            var data = facts(of: task, run)
            data["status"] = JSONValue(status)
            data["durationMs"] = milliseconds(since: run.startedAt)
            emit(.taskCompleted, data, payload: result)
            for value in stored { noteStored(value, by: task) }
        case .failed(var failure):
            // An earlier attempt may have been carried out, whatever this one met.
            if run.mayHaveRun, failure.effect == .none { failure.effect = .unknown }
            retryOrFail(task, run, after: failure)
        }
    }
}
