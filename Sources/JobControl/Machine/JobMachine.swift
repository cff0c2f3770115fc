public import Bus
public import JSON

/// Decides what a job does next: it is told what happened, and answers with journal entries and actions.
///
/// The entries must be durable before an action that ``JobAction/isVisible`` is carried out. No clock, no socket,
/// no chance: times and ids are arguments. What the machine knows is the fold of its entries (``JobState``), so a
/// machine made from a journal goes on where the one that wrote it stopped; a task that was sent but has not ended
/// is then sent again as `repeat` with the same request id.
public struct JobMachine: Sendable {
    public let id: String
    var state: JobState
    /// How many tasks of a step are under way at once.
    let tasksAtOnce: Int
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
    var now: Timestamp
    var transition = JobTransition()

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
