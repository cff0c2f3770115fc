public import Bus
import JSON

/// Decides what a job does next: it is told what happened, and answers with journal entries and actions.
///
/// The entries must be durable before an action that ``JobAction/isVisible`` is carried out. No clock, no socket,
/// no chance: times and ids are arguments. What the machine knows is the fold of its entries (``JobState``), so a
/// machine made from a journal goes on where the one that wrote it stopped; a task that was sent but has not ended
/// is then sent again as `repeat` with the same request id.
public struct JobMachine: Sendable {
    public let id: String
    private(set) var state: JobState
    /// How many tasks of a step are under way at once.
    private let tasksAtOnce: Int
    /// The state document's content, until the first tasks have begun: it cannot have changed before.
    private var knownState: JSONValue?
    /// Whether the state document is there, so that steps may run.
    private var isReady = false
    /// Whether somebody else began this job, and may have sent what it started.
    private let isReplayed: Bool
    /// How many tasks are being begun. Not in the journal.
    private var beginning = 0
    /// The first task of the current step that was not looked at yet.
    private var nextTask = 0
    private var now: Timestamp
    private var transition = JobTransition()

    /// A job that was just submitted; ``submit()`` comes first.
    public init(id: String, document: JobDocument, at now: Timestamp, tasksAtOnce: Int = 256) {
        self.init(id, document, now, tasksAtOnce, isReplayed: false)
    }

    /// A job as its journal tells it; ``resume(at:)`` comes first.
    public init(
        id: String,
        document: JobDocument,
        replaying entries: some Sequence<JobEntry>,
        tasksAtOnce: Int = 256
    ) {
        self.init(id, document, Timestamp(millisecondsSinceEpoch: 0), tasksAtOnce, isReplayed: true)
        for entry in entries { state.apply(entry) }
    }

    private init(_ id: String, _ document: JobDocument, _ now: Timestamp, _ tasksAtOnce: Int, isReplayed: Bool) {
        self.id = id
        self.now = now
        self.tasksAtOnce = max(tasksAtOnce, 1)
        self.isReplayed = isReplayed
        state = JobState(id: id, document: document, createdAt: now)
    }

    /// The job's summary as of the last entry.
    public var record: JobRecord { state.record }

    /// What the job does.
    public var document: JobDocument { state.document }

    /// The state document that the job works on.
    public var stateID: String { state.stateID }

    /// The entry that says that the job was accepted. It is queued until ``resume(at:)``.
    public mutating func submit() -> [JobEntry] {
        var data: JSONObject = ["jobId": .string(id)]
        if let name = state.document.name { data["name"] = .string(name) }
        data["state"] = .string(state.stateID)
        data["outline"] = state.document.outline
        emit(.jobSubmitted, data)
        return take().entries
    }

    /// Starts the job, or goes on with one whose journal stops in the middle.
    public mutating func resume(at now: Timestamp) -> JobTransition {
        self.now = now
        if state.record.status.hasEnded {
            transition.actions.append(.end(outcome))
            return take()
        }
        if state.startedAt == nil { start() }
        if state.isPrepared || state.record.status == .reverting {
            isReady = true
            sendAgain()
            proceed()
        } else {
            prepare()
        }
        return take()
    }

    /// Takes what happened and answers what to do.
    public mutating func handle(_ inputs: some Sequence<JobInput>, at now: Timestamp) -> JobTransition {
        self.now = now
        for input in inputs { handle(input) }
        proceed()
        return take()
    }

    private mutating func take() -> JobTransition {
        defer { transition = JobTransition() }
        return transition
    }
}

// MARK: What happened

extension JobMachine {
    private mutating func handle(_ input: JobInput) {
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
        case .completed(let status, let stored):
            var data = facts(of: task, run)
            data["status"] = JSONValue(status)
            data["durationMs"] = milliseconds(since: run.startedAt)
            emit(.taskCompleted, data)
            for path in stored { noteStored(path, by: task) }
        case .failed(let failure):
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

// MARK: What is next

extension JobMachine {
    private mutating func proceed() {
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
    private mutating func enterStep() -> Bool {
        if state.stepStartedAt != nil { return true }
        let step = state.document.steps[state.currentStep]
        var data = facts(ofStep: state.currentStep)
        if let reason = step.skipReason {
            skip(step, because: reason)
            return false
        }
        data["mode"] = .string(step.mode.description)
        data["tasks"] = JSONValue(step.tasks.count)
        emit(.stepStarted, data)
        for task in tasksOfCurrentStep where !state.document[task].isEnabled {
            skip(task, because: "the task is not enabled")
        }
        return true
    }

    private mutating func skip(_ step: JobStep, because reason: String) {
        var data = facts(ofStep: state.currentStep)
        data["status"] = "skipped"
        data["reason"] = .string(reason)
        for task in tasksOfCurrentStep { skip(task, because: reason) }
        emit(.stepSkipped, data)
    }

    private mutating func skip(_ task: TaskID, because reason: String) {
        var data = facts(of: task)
        data["status"] = "skipped"
        data["reason"] = .string(reason)
        emit(.taskSkipped, data)
    }

    private mutating func beginTasks() {
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

    private mutating func pendingTasks(upTo limit: Int) -> [TaskID] {
        var tasks: [TaskID] = []
        let count = state.document.steps[state.currentStep].tasks.count
        while tasks.count < limit, nextTask < count {
            let task = TaskID(step: state.currentStep, task: nextTask)
            if state[task].isPending { tasks.append(task) }
            nextTask += 1
        }
        return tasks
    }

    private mutating func completeStep() {
        nextTask = 0
        var data = facts(ofStep: state.currentStep)
        if let start = state.stepStartedAt { data["durationMs"] = milliseconds(since: start) }
        emit(.stepCompleted, data)
    }

    private mutating func complete() {
        emit(.jobCompleted, factsOfEnd(.completed))
        transition.actions.append(.end(outcome))
    }

    private mutating func revertWhenQuiet() {
        guard state.running == 0, beginning == 0 else { return }
        guard state.effects > 0 else { return failWithTask() }
        emit(.revertStarted, ["jobId": .string(id), "tasks": JSONValue(state.effects)])
        revertNext()
    }

    private mutating func revertNext() {
        guard let task = state.reverts.last else { return failWithTask() }
        guard let run = state[task].run else { return }
        transition.actions.append(
            .revert(
                TaskCall(task: task, target: run.target, operation: .revert, requestID: run.requestID, input: run.input)
            )
        )
    }

    private mutating func failWithTask() {
        guard let failure = state.failure else { return }
        let label = taskLabel(in: failure)
        fail(error: failure["error"]?.stringValue ?? "a task failed", task: label)
    }

    private mutating func fail(error: String, task: String?) {
        var data = factsOfEnd(.failed)
        data["error"] = .string(error)
        if let task { data["failedTask"] = .string(task) }
        emit(.jobFailed, data)
        transition.actions.append(.end(outcome))
    }

    /// Sends again what was sent before a restart and has not ended; nothing in a job that was just started.
    private mutating func sendAgain() {
        for task in tasksOfCurrentStep {
            guard case .running(let run) = state[task] else { continue }
            var data = facts(of: task, run)
            data["attempt"] = JSONValue(run.attempt + 1)
            data["reason"] = "job-control was restarted before the task had ended"
            emit(.taskRetrying, data)
            let operation = state.document.steps[task.step].mode.operation.again
            transition.actions.append(.call(call(task, run, operation)))
        }
    }
}

// MARK: Entries

extension JobMachine {
    private mutating func start() {
        emit(.jobStarted, ["jobId": .string(id), "state": .string(state.stateID)])
        guard case .placeholder(let text) = state.document.state else { return }
        let message = "sharedStateURL '\(text)' is no state document's URL; the job runs with a fresh document"
        emit(.warning, ["jobId": .string(id), "message": .string(message)])
    }

    private mutating func prepare() {
        let content = state.document.sharedState ?? [:]
        let preparation: StatePreparation =
            if case .document(let id) = state.document.state {
                .merge(id: id, content: content)
            } else {
                .create(id: state.stateID, content: content)
            }
        transition.actions.append(.prepareState(preparation))
    }

    private mutating func start(_ task: TaskID, target: ServiceTarget, requestID: String, input: JSONObject) {
        let run = TaskRun(target: target, requestID: requestID, input: input, startedAt: now)
        let resolved: JSONValue? = state.document[task].usesState ? .object(input) : nil
        emit(.taskStarted, facts(of: task, run), payload: resolved)
        transition.actions.append(.call(call(task, run, state.document.steps[task.step].mode.operation)))
    }

    private func call(_ task: TaskID, _ run: TaskRun, _ operation: TaskOperation) -> TaskCall {
        TaskCall(task: task, target: run.target, operation: operation, requestID: run.requestID, input: run.input)
    }

    private mutating func fail(_ task: TaskID, with failure: TaskFailure, run: TaskRun?) {
        var data = run.map { facts(of: task, $0) } ?? facts(of: task)
        if let status = failure.status { data["status"] = JSONValue(status) }
        data["error"] = .string(failure.message)
        data["effect"] = .string(failure.effect.rawValue)
        data["durationMs"] = run.map { milliseconds(since: $0.startedAt) } ?? 0
        emit(.taskFailed, data)
    }

    private mutating func warn(about pointer: JSONPointer, of task: TaskID) {
        var data = facts(of: task)
        data["message"] = .string("Nothing at \(pointer) in the state document, and no default: it is left out")
        data["pointer"] = .string(pointer.description)
        emit(.warning, data)
    }

    private mutating func noteStored(_ path: JSONPointer, by task: TaskID) {
        var data = facts(of: task)
        data["state"] = .string(state.stateID)
        data["path"] = .string(path.description)
        emit(.stateStored, data)
    }

    private mutating func emit(_ type: JobEntryType, _ data: JSONObject, payload: JSONValue? = nil) {
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

// MARK: Data

extension JobMachine {
    private var tasksOfCurrentStep: [TaskID] {
        guard state.document.steps.indices.contains(state.currentStep) else { return [] }
        let step = state.currentStep
        return state.document.steps[step].tasks.indices.map { TaskID(step: step, task: $0) }
    }

    private func facts(ofStep step: Int) -> JSONObject {
        var data: JSONObject = ["jobId": .string(id), "step": JSONValue(step)]
        if let name = state.document.steps[step].name { data["name"] = .string(name) }
        return data
    }

    private func facts(of task: TaskID) -> JSONObject {
        let declared = state.document[task]
        var data: JSONObject = ["jobId": .string(id), "step": JSONValue(task.step), "task": JSONValue(task.task)]
        if let name = declared.name { data["name"] = .string(name) }
        if let tag = declared.tag { data["tag"] = .string(tag) }
        return data
    }

    private func facts(of task: TaskID, _ run: TaskRun) -> JSONObject {
        var data = facts(of: task)
        data["service"] = .string(run.target.name)
        if let registryID = run.target.registryID { data["registryID"] = .string(registryID) }
        data["attempt"] = JSONValue(run.attempt)
        data["requestId"] = .string(run.requestID)
        return data
    }

    private func factsOfEnd(_ status: JobStatus) -> JSONObject {
        var data: JSONObject = ["jobId": .string(id), "status": .string(status.rawValue)]
        if let start = state.startedAt { data["durationMs"] = milliseconds(since: start) }
        return data
    }

    private func milliseconds(since start: Timestamp) -> JSONValue {
        JSONValue(max(now.millisecondsSinceEpoch - start.millisecondsSinceEpoch, 0))
    }

    private func taskLabel(in data: JSONObject) -> String? {
        guard let step = data["step"]?.intValue, let task = data["task"]?.intValue else { return nil }
        return state.document[TaskID(step: step, task: task)].label
    }

    /// How the job ended, with the `error` object of `POST /run-job`.
    private var outcome: JobOutcome {
        let record = state.record
        if record.status == .completed { return .completed }
        var answer: JSONObject = [
            "status": "error", "task": JSONValue(record.failedTask), "error": JSONValue(record.error),
        ]
        for (key, name) in [("step", "step"), ("tag", "tag"), ("service", "service"), ("status", "statusCode")] {
            if let value = state.failure?[key] { answer[name] = value }
        }
        if state.revertFailures > 0 { answer["revertsFailed"] = JSONValue(state.revertFailures) }
        return .failed(error: answer)
    }
}
