import Bus
import JSON

/// Takes jobs in, and makes one job of all submissions that name the same one, by their key or by the job's own id.
///
/// Who comes with a name waits until an earlier one with that name is durable or refused; so the store, which keeps
/// names as long as jobs, decides alone who was first.
struct JobIntake: Sendable {
    let controller: JobController
    let store: any JobStore
    private let names = PlacesByName(limit: 1)

    init(controller: JobController, store: any JobStore) {
        self.controller = controller
        self.store = store
    }

    /// Takes a job in, or finds the one that it names.
    ///
    /// - Throws: ``JobRefusal`` when no more jobs are taken; a 422 ``Problem`` when the job that is named has another
    ///   document; what the store throws.
    func submit(_ job: NewJob) async throws -> SubmittedJob {
        guard let key = job.key else { return try await submitByID(job) }
        // Keys before ids, always: no two submissions wait for each other.
        return try await names.withPlace("key " + key) { try await submitByID(job) }
    }

    private func submitByID(_ job: NewJob) async throws -> SubmittedJob {
        guard job.hasOwnID else { return try await submitAlone(job) }
        return try await names.withPlace("id " + job.id) { try await submitAlone(job) }
    }

    private func submitAlone(_ job: NewJob) async throws -> SubmittedJob {
        guard job.key != nil || job.hasOwnID else { return .inHand(try controller.submit(job)) }
        if let first = try await first(namedBy: job) { return first }
        do {
            let handle = try controller.submit(job)
            _ = try await handle.whenAccepted
            return .inHand(handle)
        } catch JobRefusal.alreadySubmitted(let id) {
            // To another job-control on the same store.
            if let first = try await kept(id, as: job) { return first }
            throw JobRefusal.alreadySubmitted(id)
        }
    }

    private func first(namedBy job: NewJob) async throws -> SubmittedJob? {
        if let key = job.key, let id = try await store.job(forKey: key) { return try await kept(id, as: job) }
        return job.hasOwnID ? try await kept(job.id, as: job) : nil
    }

    /// The job that was submitted before; nil when there is none.
    private func kept(_ id: String, as job: NewJob) async throws -> SubmittedJob? {
        // Looked up before the record: a job that ends in between is then seen as ended by one or the other.
        let handle = controller.handle(of: id)
        _ = try? await handle?.whenAccepted
        guard let record = try await store.record(id) else { return nil }
        guard try await hash(of: record) == job.hash else { throw Self.otherDocument(id, job) }
        return handle.map { .inHand($0) } ?? .kept(record)
    }

    /// A job of an earlier version has no hash yet.
    private func hash(of record: JobRecord) async throws -> String? {
        if !record.documentHash.isEmpty { return record.documentHash }
        return try await store.document(record.id).flatMap { try? JSONValue(parsing: $0) }.map(DocumentHash.of)
    }

    private static func otherDocument(_ id: String, _ job: NewJob) -> Problem {
        let name = job.id == id ? "The id" : "The idempotency key"
        return Problem(
            .unprocessableContent,
            "\(name) is that of job \(id), which was submitted with another document",
            members: ["jobId": .string(id)]
        )
    }
}
