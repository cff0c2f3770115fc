import Bus
import Logging

/// Several job-controls on one store: each holds the jobs that it runs, and takes up those that nobody holds any more.
extension JobController {
    /// How many jobs are taken up at once, so that others who are woken at the same time get some, too.
    private static let handful = 100
    /// More than what a process may have written at once and not told yet: a store commits up to a thousand writes
    /// together.
    private static let untoldLimit = 2_000

    /// Takes up the jobs that nobody runs: at once, and whenever there may be more, until the task is cancelled.
    ///
    /// What fails the first time is what ``whenRecovered`` throws; after that it is tried again.
    func takeUpJobs() async {
        for await _ in journal.leases.wakeUps(for: owner) {
            do {
                try await recover()
                recovery.fulfil(.success(()))
            } catch {
                if recovery.valueNow == nil { return recovery.fulfil(.failure(error)) }
                await takeUpAgain(after: error)
            }
        }
        recovery.fulfil(.failure(CancellationError()))
    }

    /// Returns when the jobs that were there at the start have been taken up.
    ///
    /// - Throws: what the store throws; `CancellationError`.
    var whenRecovered: Void {
        get async throws { try await recovery.value }
    }

    /// Goes on with every job that nobody holds, and tells the last events of those whose holder is gone: it may have
    /// ended between writing and telling them, and nobody would learn of a job's end. Who has seen them takes no notice.
    ///
    /// - Throws: what the store throws.
    func recover() async throws {
        let leases = journal.leases
        var count = 0
        let patient = patientPartners
        while case let claimed = try await leases.claim(limit: limit, owner: owner, for: configuration.lease),
            !claimed.isEmpty
        {
            for lease in claimed { takeUp(lease, with: patient) }
            count += claimed.count
            if claimed.count < limit { break }
        }
        if count > 0 { logger.notice("going on with unfinished jobs", metadata: ["jobs": "\(count)"]) }
        let left = try await leases.leftBehind(limit: Self.untoldLimit)
        for entries in left.map(\.entries) { journal.publish(entries.map { $0.entry.event(of: $0.job) }) }
        // Not before all is told: whoever dies in between leaves it to the next.
        try await leases.forget(left.map(\.owner))
    }

    /// Who is alone takes all.
    private var limit: Int { journal.leases.areShared ? Self.handful : .max }

    private func takeUpAgain(after first: any Error) async {
        var error = first
        var pause = Self.pauses.shortest
        while !Task.isCancelled {
            logger.warning("jobs could not be taken up", metadata: ["error": "\(error)", "pause": "\(pause)"])
            try? await Task.sleep(for: pause)
            pause = min(pause * 2, Self.pauses.longest)
            do {
                return try await recover()
            } catch let next {
                error = next
            }
        }
    }
}

// MARK: Staying alive

extension JobController {
    /// Says three times in each lease that this process is alive, until the task is cancelled.
    func renewLeases() async {
        guard journal.leases.areShared else { return }
        var heardOf = ContinuousClock.now
        while !Task.isCancelled {
            let beginning = ContinuousClock.now
            var pause = configuration.lease / 3
            do {
                try await journal.leases.renew(owner, for: configuration.lease)
                if .now - heardOf > configuration.lease { try await dropWhatWasLost() }
                heardOf = beginning
            } catch {
                logger.warning("leases could not be renewed", metadata: ["error": "\(error)"])
                pause = configuration.lease / 10
            }
            try? await Task.sleep(for: pause)
        }
    }

    /// Who was not heard of for longer than a lease may have lost jobs, and would only notice when it writes.
    private func dropWhatWasLost() async throws {
        let mine = jobs.accepted
        guard !mine.isEmpty else { return }
        let held = try await journal.leases.jobs(heldBy: owner)
        let lost = mine.filter { !held.contains($0) }
        logger.warning("leases had lapsed", metadata: ["jobs": "\(mine.count)", "lost": "\(lost.count)"])
        for id in lost { lose(id) }
    }

    /// Has the driver of a job look again who holds it.
    func lose(_ id: String) {
        guard let link = jobs.link(to: id) else { return }
        link.lose()
        slots.callOut(id)
    }
}
