public import Bus
public import JSON

/// job-control as its callers see it: one method an operation.
///
/// Every method throws `BusError` when job-control cannot be reached, and `Problem` when it says no: 404 for an
/// unknown job, 400 for a document that is not valid, with its faults in `members["errors"]`, 409 for what the job's
/// status does not allow.
public struct JobClient: Sendable {
    /// Carries a question to job-control and brings its answer, whatever its status.
    public typealias Transport = @Sendable (JobQuestion) async throws -> Reply

    private let transport: Transport
    private let asker: String?

    /// - Parameter asker: who asks, as the journal tells it of what was steered; nil says nothing.
    public init(_ bus: BusClient, as asker: String? = nil) {
        self.init(as: asker) { question in
            try await bus.request(
                JobService.name,
                question.operation,
                body: question.body,
                annotations: question.annotations,
                within: question.patience,
                repeatable: question.isRepeatable
            )
        }
    }

    /// The same over anything else that carries questions.
    public init(as asker: String? = nil, over transport: @escaping Transport) {
        self.asker = asker
        self.transport = transport
    }

    /// Submits a job and returns as soon as it is durable.
    ///
    /// - Parameter key: names the submission. A second one with the same key and document gets the first one's job;
    ///   with another document it is refused with 422. Only a submission with a key is asked again when its answer was
    ///   lost on the way.
    public func submit(
        _ document: JSONValue,
        key: String? = nil,
        within timeout: Duration = .seconds(30)
    ) async throws -> JobSubmission {
        var annotations: Annotations = [:]
        annotations["idempotency-key"] = key
        let question = JobQuestion(
            "submit",
            annotations,
            body: document.serialized(),
            patience: timeout,
            isRepeatable: key != nil
        )
        let json = try await ask(question).json()
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
            let json = try await read(
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
        try await read("job", [Annotations.id: id], within: timeout)
    }

    /// The newest 1,000 jobs in order of submission, as `GET /jobs` shows them.
    public func jobs(within timeout: Duration = .seconds(30)) async throws -> [JSONValue] {
        guard let rows = try await read("list", within: timeout).arrayValue else {
            throw Self.unreadable("list of jobs")
        }
        return rows
    }
}

extension JobClient {
    /// Asks for something that changes nothing.
    func read(
        _ operation: String,
        _ annotations: Annotations = [:],
        body: [UInt8] = [],
        within timeout: Duration
    ) async throws -> JSONValue {
        let question = JobQuestion(operation, annotations, body: body, patience: timeout, isRepeatable: true)
        return try await ask(question).json()
    }

    /// - Throws: `Problem` when the answer is no success.
    func ask(_ question: JobQuestion) async throws -> Reply {
        var question = question
        question.annotations[Annotations.client] = asker
        let reply = try await transport(question)
        guard reply.status.isSuccess else {
            throw Problem(parsing: reply.body, status: reply.status)
                ?? Problem(reply.status, "job-control answered \(reply.status)")
        }
        return reply
    }

    static func status(in json: JSONValue) -> JobStatus? {
        json["status"]?.stringValue.flatMap(JobStatus.init)
    }

    static func unreadable(_ what: String) -> BusError {
        BusError(.protocolViolation, "job-control's answer has no readable \(what)")
    }
}
