import Bus
import JSON
import Logging
import Synchronization

/// Runs jobs: takes them in, gives each its turn, drives it to its end, and goes on with those that a restart left.
///
/// A job is one task from its submission to its end. Whoever submitted it only watches: when they leave, the job
/// goes on.
public final class JobController: Sendable {
    /// How long to wait before going on from a journal that failed: doubled up to the longest.
    private static let pauses: (shortest: Duration, longest: Duration) = (.milliseconds(100), .seconds(10))

    private let configuration: Configuration
    private let journal: JobJournal
    private let partners: any JobPartners
    private let logger: Logger
    private let slots: JobSlots
    /// Told of every job that leaves this process's hand.
    private let ended: @Sendable () -> Void
    /// Who waits for the jobs that are in hand.
    private let handles = Mutex<[String: JobHandle]>([:])
    /// The jobs that are in hand; nil for one whose task has not been noted yet.
    private let tasks = Mutex<[String: Task<Void, Never>?]>([:])

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
        let machine = JobMachine(id: job.id, document: job.document, at: .now, tasksAtOnce: configuration.tasksAtOnce)
        let driver = JobDriver(machine, of: job, journal: journal, partners: partners)
        start(handle) { [slots] in
            var driver = driver
            if place == .waiting {
                try await slots.waitInLine {
                    try await driver.accept()
                    handle.acceptance.fulfil(.success(.queued))
                }
            }
            defer { slots.leave() }
            return try await driver.run { handle.acceptance.fulfil(.success(.running)) }
        }
        return handle
    }

    /// Goes on with every job that has not ended. Call it once, before jobs are submitted.
    ///
    /// - Throws: what the store throws.
    func recover() async throws {
        let unfinished = try await journal.store.unfinished()
        guard !unfinished.isEmpty else { return }
        let patient = patientPartners
        for record in unfinished { recover(record.id, with: patient) }
        logger.notice("going on with unfinished jobs", metadata: ["jobs": "\(unfinished.count)"])
    }

    /// The handle of a job that this process has taken in, or goes on with, and has not brought to its end.
    func handle(of id: String) -> JobHandle? { handles.withLock { $0[id] } }

    /// How a job that has ended did end, with the same `error` that was answered then.
    ///
    /// - Throws: what the store throws; ``JobStoreError/unknown(_:)``.
    func outcome(of id: String) async throws -> JobOutcome {
        try await journal.replay(id, tasksAtOnce: configuration.tasksAtOnce).outcome
    }

    /// Takes no more jobs, and leaves those that run for the next start to go on with.
    func stop() async {
        slots.close()
        let tasks = tasks.withLock { $0.values.compactMap(\.self) }
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
    }
}

extension JobController {
    /// A job of an earlier life is read only when its turn has come, so that many of them need no memory.
    private func recover(_ id: String, with partners: any JobPartners) {
        let handle = JobHandle(id: id)
        handle.acceptance.fulfil(.success(.queued))
        start(handle) { [self] in try await goOn(id, with: partners, publishingAfter: nil) }
    }

    private func goOn(
        _ id: String,
        with partners: any JobPartners,
        publishingAfter published: UInt64?
    ) async throws -> JobOutcome {
        if try slots.take(isAccepted: true) == .waiting { try await slots.waitInLine {} }
        defer { slots.leave() }
        let machine = try await journal.replay(
            id,
            tasksAtOnce: configuration.tasksAtOnce,
            publishingAfter: published
        )
        var driver = JobDriver(replayed: machine, journal: journal, partners: partners)
        return try await driver.run {}
    }

    private var patientPartners: PatientPartners {
        PatientPartners(partners: partners, deadline: .now + configuration.recoveryPatience)
    }

    private func start(_ handle: JobHandle, _ body: @escaping @Sendable () async throws -> JobOutcome) {
        handles.withLock { $0[handle.id] = handle }
        tasks.withLock { tasks in _ = tasks.updateValue(nil, forKey: handle.id) }
        // Started at once, on the thread that brought the request: the first wait is for the store.
        let task = Task.immediate { [self] in
            await end(handle, with: body)
            handles.withLock { $0[handle.id] = nil }
            ended()
            tasks.withLock { tasks in _ = tasks.removeValue(forKey: handle.id) }
        }
        let isStopping = tasks.withLock { tasks in
            if tasks[handle.id] != nil { tasks[handle.id] = task }
            return slots.isClosed
        }
        if isStopping { task.cancel() }
    }

    private func end(_ handle: JobHandle, with body: () async throws -> JobOutcome) async {
        do {
            handle.ending.fulfil(.success(try await persevere(handle, body)))
        } catch is CancellationError {
            handle.fail(JobRefusal.shuttingDown)
        } catch let refusal as JobRefusal {
            handle.fail(refusal)
        } catch {
            logger.error("job stopped", metadata: ["job": "\(handle.id)", "error": "\(error)"])
            handle.fail(error)
        }
    }

    /// Runs a job to its end. Where its journal fails, it goes on from what the journal says once that can be read, as
    /// after a restart: that also settles whether a write that failed was made.
    private func persevere(_ handle: JobHandle, _ body: () async throws -> JobOutcome) async throws -> JobOutcome {
        do {
            return try await body()
        } catch let failure as JournalFailure {
            if let refusal = failure.refusal, !handle.isAccepted { throw refusal }
            return try await goOn(handle, after: failure)
        }
    }

    private func goOn(_ handle: JobHandle, after first: JournalFailure) async throws -> JobOutcome {
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
                let published = failure.lastPublished
                return try await goOn(handle.id, with: patientPartners, publishingAfter: published)
            } catch var next as JournalFailure {
                next.lastPublished = next.lastPublished ?? failure.lastPublished
                failure = next
            }
        }
    }
}
