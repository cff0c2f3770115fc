import Bus
import JSON

/// What a job's journal says: the fold of its entries, and nothing that is not in them.
///
/// Live and after a restart the state is made by the same ``apply(_:)``, so a restarted job cannot differ from one
/// that went through.
struct JobState: Sendable {
    let document: JobDocument
    private(set) var record: JobRecord
    private(set) var lastSequence: UInt64 = 0
    private(set) var lastEntryAt: Timestamp
    private(set) var stateID: String
    private(set) var startedAt: Timestamp?
    /// The first step that has not ended.
    private(set) var currentStep = 0
    /// When the current step started; nil before.
    private(set) var stepStartedAt: Timestamp?
    /// Whether an entry proves that the state document is as the first step needs it.
    private(set) var isPrepared = false
    private(set) var tasks: [[TaskProgress]]
    private(set) var running = 0
    /// What made the job fail: the data of the first `task.failed`.
    private(set) var failure: JSONObject?
    private(set) var ledger = RevertLedger()
    private(set) var versions: StateVersions
    private(set) var cancellation: Cancellation?
    private(set) var pause: Pause?
    private(set) var undoing: Undoing?
    /// How long the job was held so far, and of that in the current step: limits of time do not count it.
    private(set) var held = (job: Duration.zero, step: Duration.zero)

    init(id: String, document: JobDocument, createdAt: Timestamp) {
        self.document = document
        record = JobRecord(
            id: id,
            status: .queued,
            name: document.name,
            createdAt: createdAt,
            steps: document.steps.count
        )
        lastEntryAt = createdAt
        if case .document(let named) = document.state {
            (stateID, versions) = (named, StateVersions(isFresh: false))
        } else {
            (stateID, versions) = (id, StateVersions(isFresh: true))
        }
        tasks = document.steps.map { [TaskProgress](repeating: .pending, count: $0.tasks.count) }
    }

    /// How many tasks are to be reverted when the job fails now.
    var effects: Int { ledger.done.count - ledger.reverted.count }

    /// What is still to be reverted; the last one is the next.
    var reverts: [TaskID] { ledger.remaining }

    subscript(task: TaskID) -> TaskProgress {
        tasks[task.step][task.task]
    }

    /// Notes that a task's service is being looked for, or that the search was given up.
    mutating func setBeginning(_ isBeginning: Bool, _ task: TaskID) {
        tasks[task.step][task.task] = isBeginning ? .beginning : .pending
    }

    /// Takes one entry more, which must be the next.
    mutating func apply(_ entry: JobEntry) {
        lastSequence = entry.sequence
        lastEntryAt = entry.time
        switch entry.type {
        case .jobSubmitted: record.createdAt = entry.time
        case .jobStarted: start(entry)
        case .jobCancelling: cancel(entry)
        case .jobPaused: hold(entry)
        case .jobResumed: release(entry)
        case .stepStarted: startStep(entry)
        case .stepCompleted, .stepSkipped: endStep(entry)
        case .taskStarted, .taskRetrying, .taskCompleted, .taskFailed, .taskSkipped: applyToTask(entry)
        case .revertStarted: startReverting(entry)
        case .revertRetrying, .taskReverted, .revertFailed, .revertDismissed: applyToRevert(entry)
        case .undoStarted: startUndo(entry)
        case .stateReverted: endRestoring()
        case .jobCompleted, .jobFailed, .jobCancelled, .jobUndone, .jobRevertIncomplete: end(entry)
        case .stateStored: noteStored(entry)
        case .warning: break
        }
    }
}

// MARK: The job and its steps

extension JobState {
    private mutating func start(_ entry: JobEntry) {
        record.status = .running
        startedAt = entry.time
        stateID = entry.data["state"]?.stringValue ?? stateID
        // A document that the job merges nothing into needs no preparation.
        if case .document = document.state, document.sharedState == nil { isPrepared = true }
    }

    private mutating func cancel(_ entry: JobEntry) {
        if pause != nil { release(entry) }
        cancellation = Cancellation(
            reason: entry.data["reason"]?.stringValue,
            reverts: entry.data["revert"]?.boolValue ?? true
        )
    }

    private mutating func hold(_ entry: JobEntry) {
        record.status = .paused
        pause = Pause(since: entry.time, reason: entry.data["reason"]?.stringValue)
    }

    private mutating func release(_ entry: JobEntry) {
        record.status = startedAt == nil ? .queued : .running
        guard let pause = pause.take() else { return }
        let duration = max(entry.time - pause.since, .zero)
        held.job += duration
        if stepStartedAt != nil { held.step += duration }
    }

    private mutating func startStep(_ entry: JobEntry) {
        stepStartedAt = entry.time
        held.step = .zero
        versions.prepare(entry.data["stateVersion"]?.intValue)
        notePreparation()
    }

    private mutating func endStep(_ entry: JobEntry) {
        currentStep = (entry.data["step"]?.intValue ?? currentStep) + 1
        stepStartedAt = nil
        notePreparation()
    }

    // A merge is awaited before the first step. A document that is made fresh may still be under way when the first
    // step is written: there only a task's end proves it.
    private mutating func notePreparation() {
        if case .document = document.state { isPrepared = true }
    }

    private mutating func end(_ entry: JobEntry) {
        record.status =
            switch entry.type {
            case .jobCompleted: .completed
            case .jobCancelled: .cancelled
            case .jobUndone: .undone
            case .jobRevertIncomplete: .revertIncomplete
            default: .failed
            }
        record.completedAt = entry.time
        record.error = entry.data["error"]?.stringValue
        record.failedTask = entry.data["failedTask"]?.stringValue
    }
}

// MARK: Tasks

extension JobState {
    private mutating func applyToTask(_ entry: JobEntry) {
        guard let task = taskID(of: entry) else { return }
        let progress = self[task]
        switch entry.type {
        case .taskStarted:
            tasks[task.step][task.task] = .running(TaskRun(entry, input: document[task].input))
            running += 1
        case .taskRetrying:
            guard case .running(var run) = progress else { return }
            run.retry(entry)
            tasks[task.step][task.task] = .running(run)
        case .taskSkipped:
            tasks[task.step][task.task] = .skipped
        default:
            endTask(task, progress, entry)
        }
    }

    private mutating func endTask(_ task: TaskID, _ progress: TaskProgress, _ entry: JobEntry) {
        if progress.isRunning { running -= 1 }
        tasks[task.step][task.task] = .ended(progress.run)
        let effect = entry.data["effect"]?.stringValue.flatMap(TaskEffect.init) ?? .done
        if entry.type == .taskFailed, failure == nil { failure = entry.data }
        versions.note(entry.data["stateVersion"]?.intValue, of: task.step)
        if effect != .none, progress.run != nil { ledger.add(task) }
        if effect != .none { isPrepared = true }
    }

    private mutating func noteStored(_ entry: JobEntry) {
        isPrepared = true
        guard let task = taskID(of: entry) else { return }
        versions.note(entry.data["version"]?.intValue, of: task.step)
    }

    /// Nil when the entry names no task of this document.
    private func taskID(of entry: JobEntry) -> TaskID? {
        guard let step = entry.data["step"]?.intValue, tasks.indices.contains(step),
            let task = entry.data["task"]?.intValue, tasks[step].indices.contains(task)
        else { return nil }
        return TaskID(step: step, task: task)
    }
}

// MARK: Reverts

extension JobState {
    private mutating func startReverting(_ entry: JobEntry) {
        record.status = .reverting
        record.completedAt = nil
        if entry.data["retry"]?.boolValue == true {
            guard let subject = subject(of: entry) else { return }
            ledger.begin([subject])
            if subject == .state { undoing?.version = entry.data["version"]?.intValue }
        } else {
            ledger.begin(ledger.standing(from: 0).map(Leftover.Subject.task))
        }
    }

    private mutating func startUndo(_ entry: JobEntry) {
        record.status = .reverting
        record.completedAt = nil
        undoing = Undoing(step: entry.data["to"]?.intValue, version: entry.data["stateVersion"]?.intValue)
        let spared = Set((entry.data["spared"]?.arrayValue ?? []).compactMap(TaskID.init))
        let tasks = ledger.standing(from: undoing?.step ?? 0).filter { !spared.contains($0) }
        ledger.begin(tasks.map(Leftover.Subject.task))
        ledger.dismiss(.state)
    }

    private mutating func applyToRevert(_ entry: JobEntry) {
        guard let subject = subject(of: entry) else { return }
        switch entry.type {
        case .revertRetrying:
            ledger.retry(subject, at: entry.data["at"]?.stringValue.flatMap { Timestamp($0) })
        case .taskReverted:
            if case .task(let task) = subject { ledger.revert(task) }
        case .revertDismissed:
            ledger.dismiss(subject)
        default:
            if subject == .state { undoing?.version = nil }
            let error = entry.data["error"]?.stringValue ?? "it could not be undone"
            let attempts = entry.data["attempts"]?.intValue ?? 1
            ledger.fail(Leftover(subject: subject, error: error, since: entry.time, attempts: attempts))
        }
    }

    private mutating func endRestoring() {
        ledger.settle(.state)
        undoing?.version = nil
    }

    private func subject(of entry: JobEntry) -> Leftover.Subject? {
        if let task = taskID(of: entry) { return .task(task) }
        return entry.data["state"] == nil ? nil : .state
    }
}

extension TaskID {
    /// A pair of indexes, as `undo.started` has them.
    var json: JSONValue { [JSONValue(step), JSONValue(task)] }

    /// Reads what ``json`` made.
    init?(_ json: JSONValue) {
        guard let pair = json.arrayValue, pair.count == 2, let step = pair[0].intValue, let task = pair[1].intValue
        else { return nil }
        self.init(step: step, task: task)
    }
}
