import Bus
import JSON

/// job-control's operations on the bus: reads a request, lets the controller or the store answer, writes the reply.
struct JobOperations: Sendable {
    /// How many jobs a list has at most: the newest ones.
    private static let listLimit = 1_000
    /// How many events one answer holds at most, so that it stays well under the size of a message.
    private static let eventLimit = 5_000
    /// Documents above this size are read on Swift's shared threads: the socket's thread has other work.
    private static let largeDocument = 64 * 1_024

    let controller: JobController
    let store: any JobStore

    /// All of them, with those that every service has.
    func table(version: String) -> OperationTable {
        var table = OperationTable(service: JobService.name, version: version) { JobForms.all(JobLinks($0)) }
        table.on("run", run)
        table.on("submit", submit)
        table.on("list") { request in try await rows(JobFilter(), for: request) }
        table.on("filter") { request in try await rows(JobFilter(parsing: request.body), for: request) }
        table.on("job", job)
        table.on("events", events)
        return table
    }

    private func run(_ request: BusRequest) async throws -> BusReply {
        let patience = try request.jobPatience
        return try await answer(request) { handle in
            do {
                guard let outcome = try await handle.outcome(within: patience) else {
                    return JobMessages.accepted(handle.id, try await handle.whenAccepted, JobLinks(request))
                }
                return JobMessages.outcome(of: handle.id, outcome)
            } catch {
                guard handle.isAccepted, Self.isLeft(error) else { throw error }
                return JobMessages.left(handle.id)
            }
        }
    }

    /// Whether only the waiting has ended: this process goes down, or the submitter has left.
    private static func isLeft(_ error: any Error) -> Bool {
        error is CancellationError || error as? JobRefusal == .shuttingDown
    }

    private func submit(_ request: BusRequest) async throws -> BusReply {
        try await answer(request) { handle in
            JobMessages.accepted(handle.id, try await handle.whenAccepted, JobLinks(request))
        }
    }

    private func answer(
        _ request: BusRequest,
        _ body: (JobHandle) async throws -> BusReply
    ) async throws -> BusReply {
        if request.body.count > Self.largeDocument { await Task.yield() }
        do {
            let document = try JobDocument(parsing: request.body)
            return try await body(try controller.submit(document, bytes: request.body))
        } catch let error as JobDocumentError {
            return error.problem.reply
        } catch let refusal as JobRefusal {
            return refusal.reply
        }
    }

    private func rows(_ filter: JobFilter, for request: BusRequest) async throws -> BusReply {
        let links = JobLinks(request)
        let records = try await store.newest(Self.listLimit, matching: filter)
        return .json(.array(records.map { JobMessages.row($0, links) }))
    }

    private func job(_ request: BusRequest) async throws -> BusReply {
        .json(JobMessages.job(try await record(named: request), JobLinks(request)))
    }

    private func events(_ request: BusRequest) async throws -> BusReply {
        let since = try sequence(in: request)
        let record = try await record(named: request)
        var entries = try await store.entries(of: record.id, after: since, limit: Self.eventLimit + 1)
        let hasMore = entries.count > Self.eventLimit
        if hasMore { entries.removeLast() }
        return .json(JobMessages.events(of: record, entries, hasMore: hasMore))
    }

    private func record(named request: BusRequest) async throws -> JobRecord {
        guard let id = request.annotations[Annotations.id], !id.isEmpty else {
            throw Problem(.badRequest, "The annotation id is missing")
        }
        guard let record = try await store.record(id) else { throw Problem(.notFound, "Job not found: \(id)") }
        return record
    }

    private func sequence(in request: BusRequest) throws(Problem) -> UInt64 {
        guard let text = request.annotations[Annotations.since], !text.isEmpty else { return 0 }
        guard let sequence = UInt64(text) else {
            throw Problem(.badRequest, "The annotation since must be a sequence number, not '\(text)'")
        }
        return sequence
    }
}
