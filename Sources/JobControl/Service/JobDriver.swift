import Bus
import JSON

/// Drives one job: makes its machine's entries durable, carries out its actions, and tells it how they ended.
///
/// Entries are written just before something becomes visible, so everything from the submission to the first call
/// is one write. A fresh state document is made while that write is under way; nothing is sent before both are done.
/// What persons want of the job comes by its ``JobLink``, and is in the journal before they are answered.
struct JobDriver: Sendable {
    /// What a driver has of its job.
    private enum Hold {
        /// The submission, until the job is in the store.
        case submission(NewJob)
        /// The right to write its journal.
        case lease(JobLease)
    }

    private let performer: ActionPerformer
    private let journal: JobJournal
    private let link: JobLink
    private let inbox = Inbox<DriverItem>()
    private var machine: JobMachine
    private var hold: Hold
    private var entries: [JobEntry] = []
    /// Who is answered when the entries are durable.
    private var unanswered: [SteeringRequest] = []
    private var calls = RunningCalls()
    private var alarm = JobAlarm()
    /// The making of the state document, until it was waited for.
    private var creation: Promise<JobInput>?

    /// A job that was just submitted.
    init(_ submission: JobMachine, of job: NewJob, journal: JobJournal, partners: any JobPartners, link: JobLink) {
        self.init(submission, .submission(job), journal: journal, partners: partners, link: link)
        entries = machine.submit(job.facts)
    }

    /// A job that was accepted before, as its journal tells it.
    init(
        replayed machine: JobMachine,
        under lease: JobLease,
        journal: JobJournal,
        partners: any JobPartners,
        link: JobLink
    ) {
        self.init(machine, .lease(lease), journal: journal, partners: partners, link: link)
    }

    private init(
        _ machine: JobMachine,
        _ hold: Hold,
        journal: JobJournal,
        partners: any JobPartners,
        link: JobLink
    ) {
        self.machine = machine
        self.hold = hold
        self.journal = journal
        self.link = link
        performer = ActionPerformer(
            jobID: machine.id,
            stateID: machine.stateID,
            document: machine.document,
            partners: partners
        )
    }

    /// Whether the job can end without waiting for its turn.
    var needsNoTurn: Bool { machine.needsNoTurn }

    /// Makes the job durable while it waits for its turn.
    mutating func accept() async throws {
        try await write()
    }

    /// Does what persons want of a job that waits for its turn, or has ended.
    ///
    /// - Returns: how the job is left; nil when it wants its turn.
    mutating func obeyAtRest() async throws -> JobRun? {
        try checkLease()
        obey()
        entries += machine.takeEntries()
        try await write()
        if machine.record.status.hasEnded { return .ended(machine.outcome) }
        return machine.isPaused ? try parked() : nil
    }

    /// Runs the job to its end, or until it is paused.
    ///
    /// - Parameter accepted: called when the job is durable.
    /// - Throws: ``JournalFailure``, after which only the journal tells how far the job is, and whose it is;
    ///   `CancellationError` when the job is left for others to go on with.
    mutating func run(accepted: () -> Void) async throws -> JobRun {
        let inbox = inbox
        link.attach { inbox.put(.steered) }
        let result: Result<JobRun, any Error>
        do {
            let run = try await drive(accepted)
            result = .success(run)
        } catch {
            result = .failure(error)
        }
        link.attach(nil)
        alarm.set(nil) {}
        await calls.end()
        return try result.get()
    }
}

extension JobDriver {
    /// How a paused job is left: it is in the store, as a pause is an entry.
    private func parked() throws -> JobRun {
        guard case .lease(let lease) = hold else { throw JobStalled(jobID: machine.id) }
        return .parked(lease)
    }

    /// - Throws: ``JournalFailure`` when the job may be another's now.
    private func checkLease() throws {
        if link.isLost { throw JournalFailure(cause: JobStoreError.leaseLost(machine.id)) }
    }

    private mutating func drive(_ accepted: () -> Void) async throws -> JobRun {
        obey()
        var transition = machine.resume(at: .now)
        while true {
            entries += transition.entries
            var inputs = try await inputsBeforeWriting(transition.actions)
            if inputs.isEmpty {
                try await write()
                accepted()
                if case .end(let outcome)? = transition.actions.last {
                    _ = try? await creation?.value
                    return .ended(outcome)
                }
                guard let ended = try await self.inputs(of: transition.actions) else { return try parked() }
                inputs = ended
            }
            try Task.checkCancellation()
            obey()
            let chance = inputs.contains(where: \.isFailure) ? Double.random(in: 0..<1) : 0
            transition = machine.handle(inputs, at: .now, chance: chance)
        }
    }

    /// Tells the machine what persons want; those that it does not refuse are answered with the next write.
    private mutating func obey() {
        for request in link.take() {
            do {
                try machine.steer(request.command, at: .now)
                unanswered.append(request)
            } catch {
                request.answer.fulfil(.failure(error))
            }
        }
    }

    /// What comes of actions that need no durable entries; empty when the entries must be written first.
    private mutating func inputsBeforeWriting(_ actions: [JobAction]) async throws -> [JobInput] {
        guard actions.count == 1, unanswered.isEmpty else { return [] }
        switch actions[0] {
        case .begin(let tasks, let readsState):
            return [try await performer.begin(tasks, readingState: readsState)]
        // A job without any call ends at once: nothing would wait for its document.
        case .prepareState(.create(_, let content)) where isSubmission && performer.document.hasWork:
            creation = make(actions[0])
            return [.statePrepared(content: .object(content))]
        default:
            return []
        }
    }

    private var isSubmission: Bool {
        if case .submission = hold { true } else { false }
    }

    /// Makes the state document while the job goes on as if it were there.
    private mutating func make(_ creation: JobAction) -> Promise<JobInput> {
        let promise = Promise<JobInput>()
        calls.startCreation { [performer] in
            do {
                promise.fulfil(.success(try await performer.perform(creation)))
            } catch {
                promise.fulfil(.failure(error))
            }
        }
        return promise
    }

    /// Carries out the actions and waits until something has happened; nil when the job is paused and nothing will.
    private mutating func inputs(of actions: [JobAction]) async throws -> [JobInput]? {
        if case .statePreparationFailed(let message)? = try await creation.take()?.value {
            return [.statePreparationFailed(message)]
        }
        for action in actions { start(action) }
        if calls.isEmpty, !link.isWanted {
            if machine.isPaused { return nil }
            guard machine.wakeUpAt != nil else { throw JobStalled(jobID: machine.id) }
        }
        alarm.set(machine.wakeUpAt) { [inbox] in inbox.put(.woken) }
        return try await happenings()
    }

    private mutating func start(_ action: JobAction) {
        if case .interrupt(let task) = action { return calls.interrupt(task) }
        calls.start(action) { [performer, inbox] in
            let input = try? await performer.perform(action)
            inbox.put(.done(action.key, input))
        }
    }

    /// All that has happened, at least one thing; none where a person wants something.
    private mutating func happenings() async throws -> [JobInput] {
        let inbox = inbox
        if link.isWanted { inbox.put(.steered) }
        let items = await withTaskCancellationHandler {
            await inbox.take()
        } onCancel: {
            inbox.put(.stopped)
        }
        return try items.compactMap { item in try input(of: item) }
    }

    /// - Throws: `CancellationError` when this process is going down; ``JournalFailure`` when the job was lost.
    private mutating func input(of item: DriverItem) throws -> JobInput? {
        switch item {
        case .done(let key, let input):
            let wasInterrupted = calls.end(key)
            if let input { return input }
            guard wasInterrupted, let task = key.task else { throw CancellationError() }
            return .interrupted(task)
        case .woken:
            alarm.rang()
            return .woken
        case .steered:
            try checkLease()
            return nil
        case .stopped: throw CancellationError()
        }
    }

    /// Makes everything durable that was not written yet, in one write.
    private mutating func write() async throws {
        do {
            switch hold {
            case .submission(let job):
                let record = job.record(machine.record)
                hold = .lease(
                    try await journal.create(record, document: job.bytes, entries: entries, key: job.key)
                )
            case .lease(let lease) where !entries.isEmpty:
                try await journal.append(entries, to: machine.record, under: lease)
            case .lease: break
            }
        } catch {
            link.putBack(unanswered)
            unanswered = []
            throw error
        }
        entries.removeAll(keepingCapacity: true)
        for request in unanswered { request.answer.fulfil(.success(machine.record.status)) }
        unanswered.removeAll()
    }
}
