import Bus
import JSON
import Logging

/// Runs jobs: takes them in, gives each its turn, drives it to its end, and goes on with those that a restart left.
///
/// A job is one task from its submission to its end. Whoever submitted it only watches: when they leave, the job
/// goes on. A job that is paused or has ended is in the store alone, until a person wants something of it.
public final class JobController: Sendable {
    /// How long to wait before going on from a journal that failed: doubled up to the longest.
    private static let pauses: (shortest: Duration, longest: Duration) = (.milliseconds(100), .seconds(10))

    let configuration: Configuration
    let journal: JobJournal
    let partners: any JobPartners
    let slots: JobSlots
    let jobs = JobsInHand()
    private let logger: Logger
    /// Told of every job that leaves this process's hand.
    private let ended: @Sendable () -> Void

    init(
        _ configuration: Configuration,
        store: any JobStore,
        partners: any JobPartners,
        publish: @escaping @Sendable ([Event]) -> Void,
        ended: @escaping @Sendable () -> Void = {},
        logger: Logger
    ) {
        self.configuration = configuration
        self.ended = ended
        self.partners = partners
        self.logger = logger
        journal = JobJournal(store: store, publish: publish)
        slots = JobSlots(running: configuration.runningLimit, waiting: configuration.waitingLimit)
    }

    /// Takes a job in and starts it, or lets it wait for its turn.
    ///
    /// - Throws: ``JobRefusal`` when no more jobs are taken.
    func submit(_ job: NewJob) throws(JobRefusal) -> JobHandle {
        let place = try slots.take()
        let handle = JobHandle(id: job.id)
        let link = JobLink()
        let machine = JobMachine(id: job.id, document: job.document, at: .now, options: configuration.machine)
        let driver = JobDriver(machine, of: job, journal: journal, partners: partners, link: link)
        _ = jobs.add(handle, link)
        start(handle) { [self] in
            var driver = driver
            guard place == .waiting else {
                defer { slots.leave() }
                return try await driver.run { handle.acceptance.fulfil(.success(.running)) }
            }
            let hasTurn = try await slots.waitInLine(as: handle.id, unless: { link.hasRequests }) {
                try await driver.accept()
                handle.acceptance.fulfil(.success(.queued))
            }
            return try await run(&driver, handle.id, link, hasTurn: hasTurn)
        }
        return handle
    }

    /// Goes on with every job that has not ended and is not paused, and tells the last events of others once more.
    /// Call it once, before jobs are submitted.
    ///
    /// - Throws: what the store throws.
    func recover() async throws {
        try await journal.publishLastEntries()
        let unfinished = try await journal.store.unfinished().filter { $0.status != .paused }
        guard !unfinished.isEmpty else { return }
        let patient = patientPartners
        for record in unfinished { recover(record.id, with: patient) }
        logger.notice("going on with unfinished jobs", metadata: ["jobs": "\(unfinished.count)"])
    }

    /// The handle of a job that this process has taken in, or goes on with, and has not brought to its end.
    func handle(of id: String) -> JobHandle? { jobs.handle(of: id) }

    /// How a job that has ended did end, with the same `error` that was answered then.
    ///
    /// - Throws: what the store throws; ``JobStoreError/unknown(_:)``.
    func outcome(of id: String) async throws -> JobOutcome {
        try await journal.replay(id, options: configuration.machine).outcome
    }

    /// Takes no more jobs, and leaves those that run for the next start to go on with.
    func stop() async {
        slots.close()
        let tasks = jobs.tasks
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
    }
}

extension JobController {
    /// A job of an earlier life is read only when its turn has come, so that many of them need no memory.
    private func recover(_ id: String, with partners: any JobPartners) {
        let handle = JobHandle(id: id)
        let link = JobLink()
        handle.acceptance.fulfil(.success(.queued))
        guard jobs.add(handle, link) else { return }
        start(handle) { [self] in try await goOn(id, link, with: partners, publishingAfter: nil) }
    }

    private func goOn(
        _ id: String,
        _ link: JobLink,
        with partners: any JobPartners,
        publishingAfter published: UInt64?
    ) async throws -> JobRun {
        let hasTurn = try await takeTurn(id, link)
        let machine: JobMachine
        do {
            machine = try await journal.replay(id, options: configuration.machine, publishingAfter: published)
        } catch {
            if hasTurn { slots.leave() }
            throw error
        }
        var driver = JobDriver(replayed: machine, journal: journal, partners: partners, link: link)
        return try await run(&driver, id, link, hasTurn: hasTurn)
    }

    /// Goes on with a job that is not in hand, as a person wants: that is in the journal before the job has its turn.
    ///
    /// - Returns: false when the job is in hand already.
    func takeInHand(_ id: String, _ link: JobLink) -> Bool {
        let handle = jobs.handle(of: id) ?? JobHandle(id: id)
        handle.acceptance.fulfil(.success(.queued))
        guard jobs.add(handle, link) else { return false }
        start(handle) { [self] in
            let machine = try await journal.replay(id, options: configuration.machine)
            var driver = JobDriver(replayed: machine, journal: journal, partners: partners, link: link)
            return try await run(&driver, id, link, hasTurn: false)
        }
        return true
    }

    /// Drives a job to its end, once it has its turn; what persons want of it until then is done at once.
    private func run(
        _ driver: inout JobDriver,
        _ id: String,
        _ link: JobLink,
        hasTurn: Bool
    ) async throws -> JobRun {
        var hasTurn = hasTurn
        while !hasTurn {
            if let end = try await driver.obeyAtRest() { return end }
            if driver.needsNoTurn { return try await driver.run {} }
            hasTurn = try await takeTurn(id, link)
        }
        defer { slots.leave() }
        return try await driver.run {}
    }

    /// False when a person wants something of the job before its turn.
    private func takeTurn(_ id: String, _ link: JobLink) async throws -> Bool {
        guard try slots.take(isAccepted: true) == .waiting else { return true }
        return try await slots.waitInLine(as: id, unless: { link.hasRequests })
    }

    private var patientPartners: PatientPartners {
        PatientPartners(partners: partners, deadline: .now + configuration.recoveryPatience)
    }

    private func start(_ handle: JobHandle, _ body: @escaping @Sendable () async throws -> JobRun) {
        // Started at once, on the thread that brought the request: the first wait is for the store.
        let task = Task.immediate { [self] in
            let isParked = await end(handle, with: body)
            ended()
            pass(on: jobs.remove(handle, isParked: isParked), to: handle.id)
        }
        jobs.note(task, of: handle.id)
        if slots.isClosed { task.cancel() }
    }

    /// Whether the job is paused, so that whoever waits for it goes on waiting.
    private func end(_ handle: JobHandle, with body: () async throws -> JobRun) async -> Bool {
        do {
            switch try await persevere(handle, body) {
            case .ended(let outcome): handle.ending.fulfil(.success(outcome))
            case .parked: return true
            }
        } catch is CancellationError {
            handle.fail(JobRefusal.shuttingDown)
        } catch let refusal as JobRefusal {
            handle.fail(refusal)
        } catch {
            logger.error("job stopped", metadata: ["job": "\(handle.id)", "error": "\(error)"])
            handle.fail(error)
        }
        return false
    }

    /// What came too late for the job as it was may be right for what it is now.
    private func pass(on requests: [SteeringRequest], to id: String) {
        guard !requests.isEmpty else { return }
        Task {
            for request in requests {
                do {
                    request.answer.fulfil(.success(try await steer(id, request.command)))
                } catch {
                    request.answer.fulfil(.failure(error))
                }
            }
        }
    }

    /// Runs a job to its end. Where its journal fails, it goes on from what the journal says once that can be read, as
    /// after a restart: that also settles whether a write that failed was made.
    private func persevere(_ handle: JobHandle, _ body: () async throws -> JobRun) async throws -> JobRun {
        do {
            return try await body()
        } catch let failure as JournalFailure {
            if let refusal = failure.refusal, !handle.isAccepted { throw refusal }
            return try await goOn(handle, after: failure)
        }
    }

    private func goOn(_ handle: JobHandle, after first: JournalFailure) async throws -> JobRun {
        var failure = first
        var pause = Self.pauses.shortest
        while true {
            logger.warning(
                "journal failed; the job goes on from it",
                metadata: ["job": "\(handle.id)", "error": "\(failure)", "pause": "\(pause)"]
            )
            try await Task.sleep(for: pause)
            pause = min(pause * 2, Self.pauses.longest)
            do {
                if !handle.isAccepted {
                    guard try await journal.has(handle.id) else { throw first.cause }
                    handle.acceptance.fulfil(.success(.queued))
                }
                guard let link = jobs.link(to: handle.id) else { throw CancellationError() }
                let published = failure.lastPublished
                return try await goOn(handle.id, link, with: patientPartners, publishingAfter: published)
            } catch var next as JournalFailure {
                next.lastPublished = next.lastPublished ?? failure.lastPublished
                failure = next
            }
        }
    }
}
