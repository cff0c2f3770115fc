import JSON

/// What happened: each input becomes the entries that say so.
extension JobMachine {
    mutating func handle(_ input: JobInput) {
        switch input {
        case .statePrepared(let content):
            knownState = content
            isReady = true
            sendAgain()
        case .statePreparationFailed(let message): failPreparation(message)
        case .begun(let beginnings, let content): begin(beginnings, in: content ?? knownState.map(Result.success))
        case .ended(let task, let end): self.end(task, with: end)
        case .reverted(let task, let result): endRevert(of: task, with: result)
        }
    }

    private mutating func failPreparation(_ message: String) {
        for task in tasksOfCurrentStep where state[task].isRunning {
            end(task, with: .failed(TaskFailure(message, effect: isReplayed ? .unknown : .none)))
        }
        if state.failure == nil { fail(error: message, task: nil) } else { isReady = true }
    }

    private mutating func begin(_ beginnings: [TaskBeginning], in content: Result<JSONValue, TaskFailure>?) {
        knownState = nil
        for beginning in beginnings {
            self.beginning -= 1
            state.setBeginning(false, beginning.task)
            begin(beginning, in: content)
        }
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

    private mutating func end(_ task: TaskID, with end: TaskEnd) {
        guard case .running(let run) = state[task] else { return }
        switch end {
        case .completed(let status, let stored, let result):
            var data = facts(of: task, run)
            data["status"] = JSONValue(status)
            data["durationMs"] = milliseconds(since: run.startedAt)
            emit(.taskCompleted, data, payload: result)
            for path in stored { noteStored(path, by: task) }
        case .failed(var failure):
            // An earlier attempt may have been carried out, whatever this one met.
            if run.attempt > 1, failure.effect == .none { failure.effect = .unknown }
            fail(task, with: failure, run: run)
        }
    }

    private mutating func endRevert(of task: TaskID, with result: Result<Int, TaskFailure>) {
        guard let run = state[task].run, state.reverts.contains(task) else { return }
        var data = facts(of: task, run)
        switch result {
        case .success(let status):
            data["status"] = JSONValue(status)
            emit(.taskReverted, data)
        case .failure(let failure):
            if let status = failure.status { data["status"] = JSONValue(status) }
            data["error"] = .string(failure.message)
            emit(.revertFailed, data)
        }
    }
}
