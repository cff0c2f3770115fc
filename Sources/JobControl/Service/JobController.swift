import Bus
import JSON
import Logging

/// Runs jobs: takes them in, gives each its turn, drives it to its end, and goes on with those that a restart left.
///
/// A job is one task from its submission to its end. Whoever submitted it only watches: when they leave, the job
/// goes on. A job that is paused or has ended is in the store alone, until a person wants something of it.
public final class JobController: Sendable {
    /// How long to wait before going on from a journal that failed: doubled up to the longest.
    static let pauses: (shortest: Duration, longest: Duration) = (.milliseconds(100), .seconds(10))

    let configuration: Configuration
    let journal: JobJournal
    let partners: any JobPartners
    let slots: JobSlots
    let jobs = JobsInHand()
    let logger: Logger
    /// Fulfilled when the jobs that were there at the start have been taken up.
    let recovery = Promise<Void>()
    /// Told of every job that leaves this process's hand.
    private let ended: @Sendable () -> Void

    init(
        _ configuration: Configuration,
        store: any JobStore,
        leases: any JobLeases,
        owner: String = JobOwner.make(),
        partners: any JobPartners,
        publish: @escaping @Sendable ([Event]) -> Void,
        ended: @escaping @Sendable () -> Void = {},
        logger: Logger
    ) {
        self.configuration = configuration
        self.ended = ended
        self.partners = partners
        self.logger = logger
        journal = JobJournal(
            store: store,
            leases: leases,
            owner: owner,
            lease: configuration.lease,
            publish: publish
        )
        slots = JobSlots(running: configuration.runningLimit, waiting: configuration.waitingLimit)
    }

    /// What it is called as the holder of jobs.
    var owner: String { journal.owner }

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
            let hasTurn = try await slots.waitInLine(as: handle.id, unless: { link.isWanted }) {
                try await driver.accept()
                handle.acceptance.fulfil(.success(.queued))
            }
            return try await run(&driver, handle.id, link, hasTurn: hasTurn)
        }
        return handle
    }

    /// The handle of a job that this process has taken in, or goes on with, and has not brought to its end.
    func handle(of id: String) -> JobHandle? { jobs.handle(of: id) }

    /// How a job that has ended did end, with the same `error` that was answered then.
    ///
    /// - Throws: what the store throws; ``JobStoreError/unknown(_:)``.
    func outcome(of id: String) async throws -> JobOutcome {
        try await journal.replay(id, options: configuration.machine).outcome
    }

    /// Takes no more jobs, and gives those that run back for others, or the next start, to go on with.
    func stop() async {
        slots.close()
        let tasks = jobs.tasks
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
        do {
            try await journal.leases.resign(owner)
        } catch {
            logger.warning("jobs could not be given back; their leases lapse", metadata: ["error": "\(error)"])
        }
    }
}

extension JobController {
    /// Goes on with a job that nobody held. It is read only when its turn has come, so that many of them need no memory.
    func takeUp(_ lease: JobLease, with partners: any JobPartners) {
        let handle = jobs.handle(of: lease.job) ?? JobHandle(id: lease.job)
        let link = JobLink()
        handle.acceptance.fulfil(.success(.queued))
        // In hand, it was lost and others were at it meanwhile: it begins anew, with this lease.
        guard jobs.add(handle, link) else { return lose(lease.job) }
        start(handle) { [self] in try await goOn(lease, link, with: partners, publishingAfter: nil) }
    }

    private func goOn(
        _ lease: JobLease,
        _ link: JobLink,
        with partners: any JobPartners,
        publishingAfter published: UInt64?
    ) async throws -> JobRun {
        let id = lease.job
        let hasTurn = try await takeTurn(id, link)
        let machine: JobMachine
        do {
            machine = try await journal.replay(id, options: configuration.machine, publishingAfter: published)
        } catch {
            if hasTurn { slots.leave() }
            throw error
        }
        var driver = JobDriver(replayed: machine, under: lease, journal: journal, partners: partners, link: link)
        return try await run(&driver, id, link, hasTurn: hasTurn)
    }

    /// Goes on with a job that is not in hand, as a person wants: that is in the journal before the job has its turn.
    ///
    /// - Returns: false when the job is in hand already.
    func takeInHand(_ lease: JobLease, _ link: JobLink) -> Bool {
        let id = lease.job
        let handle = jobs.handle(of: id) ?? JobHandle(id: id)
        handle.acceptance.fulfil(.success(.queued))
        guard jobs.add(handle, link) else { return false }
        start(handle) { [self] in
            let machine = try await journal.replay(id, options: configuration.machine)
            var driver = JobDriver(replayed: machine, under: lease, journal: journal, partners: partners, link: link)
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
        return try await slots.waitInLine(as: id, unless: { link.isWanted })
    }

    var patientPartners: PatientPartners {
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
            case .parked(let lease):
                guard journal.leases.areShared else { return true }
                // It may go on elsewhere, of which nobody here would hear.
                await letGo(lease)
                handle.fail(JobElsewhere(jobID: handle.id))
            }
        } catch let elsewhere as JobElsewhere {
            logger.info("job is another's", metadata: ["job": "\(handle.id)", "owner": "\(elsewhere.owner ?? "")"])
            handle.acceptance.fulfil(.success(.queued))
            handle.fail(elsewhere)
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

    /// Gives a paused job back. Should that fail, it is steered by way of this process.
    private func letGo(_ lease: JobLease) async {
        do {
            try await journal.leases.release(lease)
        } catch {
            logger.debug("lease kept", metadata: ["job": "\(lease.job)", "error": "\(error)"])
        }
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
            // One that was lost is looked for at once: it may be nobody's, or this process's own again.
            if !failure.isLoss {
                logger.warning(
                    "journal failed; the job goes on from it",
                    metadata: ["job": "\(handle.id)", "error": "\(failure)", "pause": "\(pause)"]
                )
                try await Task.sleep(for: pause)
                pause = min(pause * 2, Self.pauses.longest)
            }
            do {
                return try await goOnAgain(handle, after: failure, first.cause)
            } catch var next as JournalFailure {
                next.lastPublished = next.lastPublished ?? failure.lastPublished
                failure = next
            }
        }
    }

    private func goOnAgain(
        _ handle: JobHandle,
        after failure: JournalFailure,
        _ cause: any Error
    ) async throws -> JobRun {
        guard let link = jobs.link(to: handle.id) else { throw CancellationError() }
        link.regain()
        let lease: JobLease
        do {
            lease = try await journal.claim(handle.id)
        } catch JobStoreError.unknown where !handle.isAccepted {
            throw cause
        }
        handle.acceptance.fulfil(.success(.queued))
        return try await goOn(lease, link, with: patientPartners, publishingAfter: failure.lastPublished)
    }
}
