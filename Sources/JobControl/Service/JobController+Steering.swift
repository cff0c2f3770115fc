import Bus
import JSON

extension JobController {
    /// Has a job do what a person wants; returns its status once that is in its journal.
    ///
    /// - Throws: a ``Problem`` when there is no such job (404), or when that makes no sense for the job now (409);
    ///   ``JobRefusal/shuttingDown``; what the store throws.
    @discardableResult
    func steer(_ id: String, _ command: SteeringCommand) async throws -> JobStatus {
        let request = SteeringRequest(command: command)
        while true {
            if let link = jobs.link(to: id) {
                if link.put(request) {
                    slots.callOut(id)
                    return try await answer(to: request, about: id)
                }
                await Task.yield()  // it is being let go this very moment
            } else {
                try await check(id)
                let link = JobLink()
                _ = link.put(request)
                if takeInHand(id, link) { return try await answer(to: request, about: id) }
            }
        }
    }

    /// - Throws: when a job that is not in hand cannot be taken in hand.
    private func check(_ id: String) async throws {
        if slots.isClosed { throw JobRefusal.shuttingDown }
        let record = try await record(id)
        guard record.status.hasEnded || record.status == .paused else {
            throw Problem(.conflict, "Job \(id) is \(record.status.rawValue), and not in the hands of this job-control")
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
