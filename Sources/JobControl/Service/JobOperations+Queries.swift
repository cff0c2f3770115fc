import Bus
import JSON

/// What is asked of jobs that were submitted: the store answers, whoever runs them.
extension JobOperations {
    /// How many events one answer holds at most, so that it stays well under the size of a message.
    private static let eventLimit = 5_000
    /// How many entries are read at once.
    private static let chunk = 1_000

    func addQueries(to table: inout OperationTable) {
        table.on("list") { request in try await list(nil, for: request) }
        table.on("filter") { request in try await list(JobFilter(parsing: request.body), for: request) }
        table.on("job", job)
        table.on("events", events)
        table.on("history", history)
    }

    /// The job that the annotation `id` names.
    ///
    /// - Throws: a 400 ``Problem`` when there is no such annotation, 404 when there is no such job.
    func record(named request: BusRequest) async throws -> JobRecord {
        guard let id = request.annotations[Annotations.id], !id.isEmpty else {
            throw Problem(.badRequest, "The annotation id is missing")
        }
        guard let record = try await store.record(id) else { throw Problem(.notFound, "Job not found: \(id)") }
        return record
    }

    private func list(_ filter: JobFilter?, for request: BusRequest) async throws -> BusReply {
        try await JobListPage(request, filter: filter).reply(from: store, JobLinks(request))
    }

    private func job(_ request: BusRequest) async throws -> BusReply {
        let record = try await record(named: request)
        let progress = try await progress(of: record)
        return .json(JobMessages.job(record, progress: progress, JobLinks(request)))
    }

    private func progress(of record: JobRecord) async throws -> JSONValue? {
        var report = ProgressReport()
        var last: UInt64 = 0
        while case let entries = try await store.entries(of: record.id, after: last, limit: Self.chunk),
            let end = entries.last
        {
            for entry in entries { report.apply(entry) }
            if entries.count < Self.chunk { break }
            last = end.sequence
        }
        return report.json
    }

    private func events(_ request: BusRequest) async throws -> BusReply {
        let since = try request.sequence()
        let record = try await record(named: request)
        var entries = try await store.entries(of: record.id, after: since, limit: Self.eventLimit + 1)
        let hasMore = entries.count > Self.eventLimit
        if hasMore { entries.removeLast() }
        return .json(JobMessages.events(of: record, entries, hasMore: hasMore))
    }

    private func history(_ request: BusRequest) async throws -> BusReply {
        let since = try request.sequence()
        let limit = try request.limit(upTo: JobHistory.largestLimit, default: JobHistory.defaultLimit)
        let record = try await record(named: request)
        return .json(try await JobHistory(store: store, secrets: secrets).json(of: record, after: since, limit: limit))
    }
}
