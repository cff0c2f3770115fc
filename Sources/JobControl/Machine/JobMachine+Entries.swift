import Bus
import JSON

/// The journal entries, and what each of them says.
extension JobMachine {
    mutating func start() {
        emit(.jobStarted, ["jobId": .string(id), "state": .string(state.stateID)])
        guard case .placeholder(let text) = state.document.state else { return }
        let message = "sharedStateURL '\(text)' is no state document's URL; the job runs with a fresh document"
        emit(.warning, ["jobId": .string(id), "message": .string(message)])
    }

    mutating func prepare() {
        let content = state.document.sharedState ?? [:]
        let preparation: StatePreparation =
            if case .document(let id) = state.document.state {
                .merge(id: id, content: content)
            } else {
                .create(id: state.stateID, content: content)
            }
        transition.actions.append(.prepareState(preparation))
    }

    mutating func start(_ task: TaskID, target: ServiceTarget, requestID: String, input: JSONObject) {
        let run = TaskRun(
            target: ServiceTarget(name: target.name, registryID: target.registryID),
            requestID: requestID,
            input: input,
            contract: target.forms.contract(for: input),
            startedAt: now
        )
        let resolved: JSONValue? = state.document[task].usesState ? .object(input) : nil
        var data = facts(of: task, run)
        if let contract = run.contract.json { data["contract"] = contract }
        emit(.taskStarted, data, payload: resolved)
        transition.actions.append(.call(call(task, run, state.document.steps[task.step].mode.operation)))
    }

    func call(_ task: TaskID, _ run: TaskRun, _ operation: TaskOperation) -> TaskCall {
        TaskCall(
            task: task,
            target: run.target,
            operation: operation,
            requestID: run.requestID,
            input: run.input,
            timeout: operation == .revert ? nil : state.document[task].timeout
        )
    }

    mutating func fail(_ task: TaskID, with failure: TaskFailure, run: TaskRun?) {
        var data = run.map { facts(of: task, $0) } ?? facts(of: task)
        if let status = failure.status { data["status"] = JSONValue(status) }
        data["error"] = .string(failure.message)
        data["effect"] = .string(failure.effect.rawValue)
        if let code = failure.code { data["code"] = .string(code) }
        if let version = failure.stateVersion { data["stateVersion"] = JSONValue(version) }
        data["durationMs"] = run.map { milliseconds(since: $0.startedAt) } ?? 0
        emit(.taskFailed, data)
    }

    mutating func warn(about pointer: JSONPointer, of task: TaskID) {
        var data = facts(of: task)
        data["message"] = .string("Nothing at \(pointer) in the state document, and no default: it is left out")
        data["pointer"] = .string(pointer.description)
        emit(.warning, data)
    }

    mutating func noteStored(_ value: StoredValue, by task: TaskID) {
        var data = facts(of: task)
        data["state"] = .string(state.stateID)
        data["path"] = .string(value.path.description)
        if let version = value.version { data["version"] = JSONValue(version) }
        emit(.stateStored, data)
    }

    mutating func emit(_ type: JobEntryType, _ data: JSONObject, payload: JSONValue? = nil) {
        let entry = JobEntry(
            sequence: state.lastSequence + 1,
            type: type,
            time: now,
            data: data,
            payload: payload
        )
        state.apply(entry)
        transition.entries.append(entry)
    }
}

extension JobMachine {
    var tasksOfCurrentStep: [TaskID] {
        guard state.document.steps.indices.contains(state.currentStep) else { return [] }
        let step = state.currentStep
        return state.document.steps[step].tasks.indices.map { TaskID(step: step, task: $0) }
    }

    func facts(ofStep step: Int) -> JSONObject {
        var data: JSONObject = ["jobId": .string(id), "step": JSONValue(step)]
        if let name = state.document.steps[step].name { data["name"] = .string(name) }
        return data
    }

    func facts(of task: TaskID) -> JSONObject {
        let declared = state.document[task]
        var data: JSONObject = ["jobId": .string(id), "step": JSONValue(task.step), "task": JSONValue(task.task)]
        if let name = declared.name { data["name"] = .string(name) }
        if let tag = declared.tag { data["tag"] = .string(tag) }
        return data
    }

    func facts(of task: TaskID, _ run: TaskRun) -> JSONObject {
        var data = facts(of: task)
        data["service"] = .string(run.target.name)
        if let registryID = run.target.registryID { data["registryID"] = .string(registryID) }
        data["attempt"] = JSONValue(run.attempt)
        data["requestId"] = .string(run.requestID)
        return data
    }

    func factsOfEnd(_ status: JobStatus) -> JSONObject {
        var data: JSONObject = ["jobId": .string(id), "status": .string(status.rawValue)]
        if let start = state.startedAt { data["durationMs"] = milliseconds(since: start) }
        return data
    }

    func milliseconds(since start: Timestamp) -> JSONValue {
        JSONValue(max(now.millisecondsSinceEpoch - start.millisecondsSinceEpoch, 0))
    }

    func taskLabel(in data: JSONObject) -> String? {
        guard let step = data["step"]?.intValue, let task = data["task"]?.intValue else { return nil }
        return state.document[TaskID(step: step, task: task)].label
    }

    /// How the job ended, with the `error` object of `POST /run-job`.
    var outcome: JobOutcome {
        let record = state.record
        if record.status == .completed { return .completed }
        let isFailure = [.failed, .revertIncomplete].contains(record.status)
        var answer: JSONObject = [
            "status": isFailure ? "error" : .string(record.status.rawValue),
            "task": JSONValue(record.failedTask), "error": JSONValue(record.error),
        ]
        let members = [
            ("step", "step"), ("tag", "tag"), ("service", "service"), ("status", "statusCode"), ("code", "code"),
        ]
        for (key, name) in members where isFailure {
            if let value = state.failure?[key] { answer[name] = value }
        }
        if !state.ledger.left.isEmpty { answer["revertsFailed"] = JSONValue(state.ledger.left.count) }
        return .failed(error: answer)
    }
}
