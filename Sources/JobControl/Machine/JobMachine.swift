public import Bus
public import JSON

/// Decides what a job does next: it is told what happened, and answers with journal entries and actions.
///
/// The entries must be durable before an action that ``JobAction/isVisible`` is carried out. No clock, no socket,
/// no chance: times, ids and random numbers are arguments. What the machine knows is the fold of its entries
/// (``JobState``), so a machine made from a journal goes on where the one that wrote it stopped; a task that was sent
/// but has not ended is then sent again as `repeat` with the same request id. All waiting is one moment,
/// ``wakeUpAt``.
public struct JobMachine: Sendable {
    public let id: String
    var state: JobState
    let options: Options
    /// The state document's content, until the first tasks have begun: it cannot have changed before.
    var knownState: JSONValue?
    /// Whether the state document is there, so that steps may run.
    var isReady = false
    /// Whether somebody else began this job, and may have sent what it started.
    let isReplayed: Bool
    /// How many tasks are being begun. Not in the journal.
    var beginning = 0
    /// The first task of the current step that was not looked at yet.
    var nextTask = 0
    /// What the merge into the state document made of it, until a step has started.
    var preparedVersion: Int?
    /// The tasks that wait for their next attempt.
    var retryTimes: [TaskID: Timestamp] = [:]
    /// Why running tasks are cut off; nil while they may run.
    var cutOff: TaskFailure?
    /// The tasks whose calls were cut off and have not answered yet.
    var interrupted: Set<TaskID> = []
    /// The reverts that may be sent now; the last one is the next.
    var revertQueue: [TaskID] = []
    var revertsInFlight: Set<TaskID> = []
    /// What waits for its next attempt to be undone.
    var revertRetryTimes: [Leftover.Subject: Timestamp] = [:]
    /// Whether the state document is being put back.
    var isRestoring = false
    /// 0 ..< 1, for this turn.
    var chance = 0.0
    var now: Timestamp
    var transition = JobTransition()

    /// A job that was just submitted; ``submit()`` comes first.
    public init(id: String, document: JobDocument, at now: Timestamp, options: Options = Options()) {
        self.init(id, document, now, options, isReplayed: false)
    }

    /// A job as its journal tells it; ``resume(at:)`` comes first.
    public init(
        id: String,
        document: JobDocument,
        replaying entries: some Sequence<JobEntry>,
        options: Options = Options()
    ) {
        self.init(id, document, Timestamp(millisecondsSinceEpoch: 0), options, isReplayed: true)
        for entry in entries { state.apply(entry) }
    }

    private init(_ id: String, _ document: JobDocument, _ now: Timestamp, _ options: Options, isReplayed: Bool) {
        self.id = id
        self.now = now
        self.options = options
        self.isReplayed = isReplayed
        state = JobState(id: id, document: document, createdAt: now)
    }

    /// The job's summary as of the last entry.
    public var record: JobRecord { state.record }

    /// What the job does.
    public var document: JobDocument { state.document }

    /// Whether a person holds the job: it starts nothing new.
    public var isPaused: Bool { state.pause != nil }

    /// Whether all that is left to do is to say that the job has ended, which needs no turn.
    var needsNoTurn: Bool { state.startedAt == nil && state.cancellation != nil }

    /// The state document that the job works on.
    public var stateID: String { state.stateID }

    /// The entry that says that the job was accepted. It is queued until ``resume(at:)``.
    ///
    /// - Parameter facts: what else the entry says of the submission.
    public mutating func submit(_ facts: JSONObject = [:]) -> [JobEntry] {
        var data: JSONObject = ["jobId": .string(id)]
        if let name = state.document.name { data["name"] = .string(name) }
        data["state"] = .string(state.stateID)
        data["outline"] = state.document.outline
        data.merge(facts)
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
        if state.pause != nil { return take() }
        if state.record.status == .reverting {
            isReady = true
            revertRetryTimes = state.ledger.retryAt.filter { $0.value > now }
            revertQueue = state.ledger.nextBatch()
            proceed()
        } else if state.cancellation != nil {
            isReady = true
            abandonRunningTasks()
            proceed()
        } else {
            goOn()
        }
        return take()
    }

    private mutating func goOn() {
        if state.startedAt == nil { start() }
        guard state.isPrepared else { return prepare() }
        isReady = true
        if let overdue { return failOverdue(overdue) }
        sendAgain()
        proceed()
    }

    private mutating func failOverdue(_ overdue: TaskFailure) {
        cutOff = overdue
        abandonRunningTasks()
        proceed()
    }

    /// Takes what happened and answers what to do.
    ///
    /// - Parameter chance: a random number of 0 ..< 1; needed where an input is a failure.
    public mutating func handle(
        _ inputs: some Sequence<JobInput>,
        at now: Timestamp,
        chance: Double = 0
    ) -> JobTransition {
        self.now = now
        self.chance = chance
        for input in inputs { handle(input) }
        proceed()
        return take()
    }

    /// Takes what a person wants of the job; the entries and actions that follow come with the next ``resume(at:)`` or
    /// ``handle(_:at:chance:)``.
    ///
    /// - Throws: ``SteeringRefusal`` when that makes no sense for the job as it is.
    public mutating func steer(_ command: SteeringCommand, at now: Timestamp) throws(SteeringRefusal) {
        self.now = now
        try obey(command)
    }

    /// The entries that ``steer(_:at:)`` has made, where they are written before anything else is done.
    public mutating func takeEntries() -> [JobEntry] {
        defer { transition.entries = [] }
        return transition.entries
    }

    private mutating func take() -> JobTransition {
        defer { transition = JobTransition() }
        return transition
    }
}
