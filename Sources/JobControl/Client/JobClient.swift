public import Bus
public import JSON

/// job-control as its callers see it: one method an operation.
///
/// Every method throws `BusError` when job-control cannot be reached, and `Problem` when it says no: 404 for an
/// unknown job, 400 for a document that is not valid, with its faults in `members["errors"]`.
public struct JobClient: Sendable {
    private let bus: BusClient

    public init(_ bus: BusClient) {
        self.bus = bus
    }

    /// Submits a job and returns as soon as it is durable.
    public func submit(_ document: JSONValue, within timeout: Duration = .seconds(30)) async throws -> JobSubmission {
        let json = try await ask("submit", body: document.serialized(), within: timeout)
        guard let id = json["jobId"]?.stringValue, let status = Self.status(in: json) else {
            throw Self.unreadable("submission")
        }
        return JobSubmission(jobID: id, status: status)
    }

    /// What has happened to a job after the event with that sequence; 0 for everything.
    public func events(
        of jobID: String,
        after sequence: UInt64 = 0,
        within timeout: Duration = .seconds(30)
    ) async throws -> JobEvents {
        var events: [Event] = []
        while true {
            let json = try await ask(
                "events",
                [Annotations.id: jobID, Annotations.since: String(events.last?.sequence ?? sequence)],
                within: timeout
            )
            guard let page = json["events"]?.arrayValue, let status = Self.status(in: json) else {
                throw Self.unreadable("list of events")
            }
            events += try page.map { try Event(parsing: $0.serialized()) }
            if json["more"]?.boolValue == true, !page.isEmpty { continue }
            let ended = json["ended"]?.boolValue ?? status.hasEnded
            return JobEvents(jobID: jobID, status: status, ended: ended, events: events)
        }
    }

    /// One job, as `GET /jobs/{id}` shows it.
    public func job(_ id: String, within timeout: Duration = .seconds(30)) async throws -> JSONValue {
        try await ask("job", [Annotations.id: id], within: timeout)
    }

    /// The newest 1,000 jobs in order of submission, as `GET /jobs` shows them.
    public func jobs(within timeout: Duration = .seconds(30)) async throws -> [JSONValue] {
        guard let rows = try await ask("list", within: timeout).arrayValue else {
            throw Self.unreadable("list of jobs")
        }
        return rows
    }

    private func ask(
        _ operation: String,
        _ annotations: Annotations = [:],
        body: [UInt8] = [],
        within timeout: Duration
    ) async throws -> JSONValue {
        let reply = try await bus.request(
            JobService.name,
            operation,
            body: body,
            annotations: annotations,
            within: timeout,
            repeatable: body.isEmpty
        )
        guard reply.status.isSuccess else {
            throw Problem(parsing: reply.body, status: reply.status)
                ?? Problem(reply.status, "job-control answered \(reply.status)")
        }
        return try reply.json()
    }

    private static func status(in json: JSONValue) -> JobStatus? {
        json["status"]?.stringValue.flatMap(JobStatus.init)
    }

    private static func unreadable(_ what: String) -> BusError {
        BusError(.protocolViolation, "job-control's answer has no readable \(what)")
    }
}
