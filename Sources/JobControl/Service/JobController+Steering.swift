import Bus
import JSON

extension JobController {
    /// Has a job do what a person wants; returns its status once that is in its journal.
    ///
    /// - Throws: a ``Problem`` when there is no such job (404), or when that makes no sense for the job now (409);
    ///   ``JobElsewhere`` when another job-control holds it; ``JobRefusal/shuttingDown``; what the store throws.
    @discardableResult
    func steer(_ id: String, _ command: SteeringCommand) async throws -> JobStatus {
        let request = SteeringRequest(command: command)
        while true {
            if let link = jobs.link(to: id) {
                if link.put(request) {
                    slots.callOut(id)
                    return try await answer(to: request, about: id)
                }
                // It was let go in between: a link is closed in the step that takes it out, so the next look does not
                // find it.
            } else {
                let lease = try await claim(id)
                let link = JobLink()
                _ = link.put(request)
                if takeInHand(lease, link) { return try await answer(to: request, about: id) }
            }
        }
    }

    private func claim(_ id: String) async throws -> JobLease {
        if slots.isClosed { throw JobRefusal.shuttingDown }
        do {
            return try await journal.claim(id)
        } catch JobStoreError.unknown {
            throw Problem(.notFound, "Job not found: \(id)")
        } catch let failure as JournalFailure {
            throw failure.cause
        }
    }

    /// - Throws: a 404 ``Problem``.
    func record(_ id: String) async throws -> JobRecord {
        guard let record = try await journal.store.record(id) else { throw Problem(.notFound, "Job not found: \(id)") }
        return record
    }

    private func answer(to request: SteeringRequest, about id: String) async throws -> JobStatus {
        do {
            return try await request.answer.value
        } catch let refusal as SteeringRefusal {
            let status: Status = refusal.reason == .unknown ? .notFound : .conflict
            throw Problem(status, refusal.description, members: ["jobId": .string(id)])
        }
    }
}
