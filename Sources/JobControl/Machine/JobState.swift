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
    /// The tasks that have done something or may have, in the order in which they ended.
    private var done: [TaskID] = []
    /// What is still to be reverted; the last one is the next.
    private(set) var reverts: [TaskID] = []
    private(set) var revertFailures = 0

    init(id: String, document: JobDocument, createdAt: Timestamp) {
        self.document = document
        record = JobRecord(
            id: id,
            status: .queued,
            name: document.name,
            createdAt: createdAt,
            steps: document.steps.count
        )
        if case .document(let named) = document.state { stateID = named } else { stateID = id }
        tasks = document.steps.map { [TaskProgress](repeating: .pending, count: $0.tasks.count) }
    }

    /// How many tasks are to be reverted when the job fails now.
    var effects: Int { done.count }

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
        switch entry.type {
        case .jobSubmitted: record.createdAt = entry.time
        case .jobStarted: start(entry)
        case .stepStarted: startStep(entry)
        case .stepCompleted, .stepSkipped: endStep(entry)
        case .taskStarted, .taskRetrying, .taskCompleted, .taskFailed, .taskSkipped: applyToTask(entry)
        case .revertStarted: startReverting()
        case .taskReverted, .revertFailed: endRevert(entry)
        case .jobCompleted, .jobFailed, .jobCancelled: end(entry)
        case .stateStored: isPrepared = true
        case .warning: break
        }
    }
}

extension JobState {
    private mutating func start(_ entry: JobEntry) {
        record.status = .running
        startedAt = entry.time
        stateID = entry.data["state"]?.stringValue ?? stateID
        // A document that the job merges nothing into needs no preparation.
        if case .document = document.state, document.sharedState == nil { isPrepared = true }
    }

    private mutating func startStep(_ entry: JobEntry) {
        stepStartedAt = entry.time
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

    private mutating func applyToTask(_ entry: JobEntry) {
        guard let task = taskID(of: entry) else { return }
        let progress = self[task]
        switch entry.type {
        case .taskStarted:
            tasks[task.step][task.task] = .running(TaskRun(entry, input: document[task].input))
            running += 1
        case .taskRetrying:
            guard case .running(var run) = progress else { return }
            run.attempt = entry.data["attempt"]?.intValue ?? run.attempt + 1
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
        if effect != .none, progress.run != nil { done.append(task) }
        if effect != .none { isPrepared = true }
    }

    private mutating func startReverting() {
        record.status = .reverting
        reverts = done
    }

    private mutating func endRevert(_ entry: JobEntry) {
        guard let task = taskID(of: entry) else { return }
        if reverts.last == task { reverts.removeLast() } else { reverts.removeAll { $0 == task } }
        if entry.type == .revertFailed { revertFailures += 1 }
    }

    private mutating func end(_ entry: JobEntry) {
        record.status =
            switch entry.type {
            case .jobCompleted: .completed
            case .jobCancelled: .cancelled
            default: .failed
            }
        record.completedAt = entry.time
        record.error = entry.data["error"]?.stringValue
        record.failedTask = entry.data["failedTask"]?.stringValue
    }

    /// Nil when the entry names no task of this document.
    private func taskID(of entry: JobEntry) -> TaskID? {
        guard let step = entry.data["step"]?.intValue, tasks.indices.contains(step),
            let task = entry.data["task"]?.intValue, tasks[step].indices.contains(task)
        else { return nil }
        return TaskID(step: step, task: task)
    }
}

extension TaskRun {
    /// Reads a `task.started` entry; `input` is the document's, which counts where the entry has none of its own.
    fileprivate init(_ entry: JobEntry, input: JSONObject) {
        let service = entry.data["service"]?.stringValue ?? ""
        self.init(
            target: ServiceTarget(name: service, registryID: entry.data["registryID"]?.stringValue),
            requestID: entry.data["requestId"]?.stringValue ?? "",
            input: entry.payload?.objectValue ?? input,
            attempt: entry.data["attempt"]?.intValue ?? 1,
            startedAt: entry.time
        )
    }
}
