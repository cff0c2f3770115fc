import Bus
import JSON

/// Drives one job: makes its machine's entries durable, carries out its actions, and tells it how they ended.
///
/// Entries are written just before something becomes visible, so everything from the submission to the first call
/// is one write. A fresh state document is made while that write is under way; nothing is sent before both are done.
struct JobDriver: Sendable {
    private typealias Group = ThrowingDiscardingTaskGroup<any Error>

    private let performer: ActionPerformer
    private let journal: JobJournal
    /// Nil for what nothing is known of, because this process is going down.
    private let inbox = Inbox<JobInput?>()
    private var machine: JobMachine
    /// The submission, until the job is in the store.
    private var unsaved: NewJob?
    private var entries: [JobEntry] = []
    private var inFlight = 0
    /// The making of the state document, until it was waited for.
    private var creation: Promise<JobInput>?

    /// A job that was just submitted.
    init(_ submission: JobMachine, of job: NewJob, journal: JobJournal, partners: any JobPartners) {
        self.init(machine: submission, journal: journal, partners: partners)
        unsaved = job
        entries = machine.submit(job.facts)
    }

    /// A job that was accepted before a restart.
    init(replayed machine: JobMachine, journal: JobJournal, partners: any JobPartners) {
        self.init(machine: machine, journal: journal, partners: partners)
    }

    private init(machine: JobMachine, journal: JobJournal, partners: any JobPartners) {
        self.machine = machine
        self.journal = journal
        performer = ActionPerformer(
            jobID: machine.id,
            stateID: machine.stateID,
            document: machine.document,
            partners: partners
        )
    }

    /// Makes the job durable while it waits for its turn.
    mutating func accept() async throws {
        try await write()
    }

    /// Runs the job to its end.
    ///
    /// - Parameter accepted: called when the job is durable.
    /// - Throws: ``JournalFailure``, after which only the journal tells how far the job is; `CancellationError` when the job is left for the next start to go on with.
    mutating func run(accepted: () -> Void) async throws -> JobOutcome {
        try await withThrowingDiscardingTaskGroup { group in
            defer { group.cancelAll() }
            var transition = machine.resume(at: .now)
            while true {
                entries += transition.entries
                var inputs = try await inputsBeforeWriting(transition.actions, in: &group)
                if inputs.isEmpty {
                    try await write()
                    accepted()
                    if case .end(let outcome)? = transition.actions.last {
                        _ = try? await creation?.value
                        return outcome
                    }
                    inputs = try await self.inputs(of: transition.actions, in: &group)
                }
                try Task.checkCancellation()
                transition = machine.handle(inputs, at: .now)
            }
        }
    }
}

extension JobDriver {
    /// What comes of actions that need no durable entries; empty when the entries must be written first.
    private mutating func inputsBeforeWriting(_ actions: [JobAction], in group: inout Group) async throws -> [JobInput]
    {
        guard actions.count == 1 else { return [] }
        switch actions[0] {
        case .begin(let tasks, let readsState):
            return [try await performer.begin(tasks, readingState: readsState)]
        // A job without any call ends at once: nothing would wait for its document.
        case .prepareState(.create(_, let content)) where unsaved != nil && performer.document.hasWork:
            creation = make(actions[0], in: &group)
            return [.statePrepared(content: .object(content))]
        default:
            return []
        }
    }

    /// Makes the state document while the job goes on as if it were there.
    private func make(_ creation: JobAction, in group: inout Group) -> Promise<JobInput> {
        let promise = Promise<JobInput>()
        group.addTask { [performer] in
            do {
                promise.fulfil(.success(try await performer.perform(creation)))
            } catch {
                promise.fulfil(.failure(error))
            }
        }
        return promise
    }

    /// Carries out the actions and waits until at least one of all that is under way has ended.
    private mutating func inputs(of actions: [JobAction], in group: inout Group) async throws -> [JobInput] {
        if case .statePreparationFailed(let message)? = try await creation.take()?.value {
            return [.statePreparationFailed(message)]
        }
        if actions.count == 1, inFlight == 0 { return [try await performer.perform(actions[0])] }
        for action in actions { start(action, in: &group) }
        guard inFlight > 0 else { throw JobStalled(jobID: machine.id) }
        let ended = await inbox.take()
        inFlight -= ended.count
        return try ended.map { input in
            guard let input else { throw CancellationError() }
            return input
        }
    }

    private mutating func start(_ action: JobAction, in group: inout Group) {
        inFlight += 1
        group.addTask { [performer, inbox] in
            inbox.put(try? await performer.perform(action))
        }
    }

    /// Makes everything durable that was not written yet, in one write.
    private mutating func write() async throws {
        guard !entries.isEmpty else { return }
        if let job = unsaved {
            try await journal.create(job.record(machine.record), document: job.bytes, entries: entries, key: job.key)
            unsaved = nil
        } else {
            try await journal.append(entries, to: machine.record)
        }
        entries.removeAll(keepingCapacity: true)
    }
}
