import Bus
import Discovery
import JSON
import SharedState
import Support

@testable import JobControl

/// Broker, discovery, shared-state and job-control as they are, with the services of a test beside them.
struct JobPlatform: Sendable {
    let bus: TestBus
    let client: BusClient
    let events: EventSubscriber
    let publisher: EventPublisher
    let directory: Directory
    let jobs: JobClient
    let state: StateClient
    let store: any JobStore
    let jobControl: JobService

    /// Runs everything, and lends it to `body` when job-control is there.
    static func with(
        store: any JobStore = MemoryJobStore(),
        configuration: JobController.Configuration = .init(),
        _ body: (JobPlatform) async throws -> Void
    ) async throws {
        try await withTestBus { bus in
            try await body(try await JobPlatform(bus, store: store, configuration))
        }
    }

    /// The same with workers that job-control can find.
    static func with(
        _ workers: [Worker],
        store: any JobStore = MemoryJobStore(),
        configuration: JobController.Configuration = .init(),
        _ body: (JobPlatform) async throws -> Void
    ) async throws {
        try await with(store: store, configuration: configuration) { platform in
            for worker in workers { try await platform.add(worker) }
            try await body(platform)
        }
    }

    private init(_ bus: TestBus, store: any JobStore, _ configuration: JobController.Configuration) async throws {
        self.bus = bus
        self.store = store
        client = bus.client()
        events = bus.subscriber()
        publisher = try await bus.publisher()
        directory = Directory(client: client, events: events, logger: bus.logger)
        jobs = JobClient(client)
        state = StateClient(client)
        bus.run(
            DiscoveryService(
                .init(endpoint: bus.endpoint),
                client: client,
                events: events,
                publisher: publisher,
                store: MemoryRegistryStore(),
                context: bus.context,
                logger: bus.logger
            )
        )
        bus.run(directory)
        await directory.whenLoaded()
        let stateService = StateService(
            .init(endpoint: bus.endpoint),
            publisher: publisher,
            store: MemoryStateStore(),
            context: bus.context,
            logger: bus.logger
        )
        bus.run(stateService)
        try await stateService.whenReady
        jobControl = Self.jobControl(on: bus, client, directory, publisher, store, nil, configuration)
        try await startJobControl(jobControl)
    }

    /// Another job-control on the same store, which is not running yet.
    func anotherJobControl(_ configuration: JobController.Configuration = .init()) -> JobService {
        Self.jobControl(on: bus, client, directory, publisher, store, nil, configuration)
    }

    /// A job-control beside others, with a store and leases of its own on what they share.
    func jobControl(
        on store: any JobStore,
        _ leases: any JobLeases,
        _ configuration: JobController.Configuration
    ) -> JobService {
        Self.jobControl(on: bus, client, directory, publisher, store, leases, configuration)
    }

    func startJobControl(_ service: JobService) async throws {
        bus.run(service)
        try await service.whenReady
    }

    private static func jobControl(
        on bus: TestBus,
        _ client: BusClient,
        _ directory: Directory,
        _ publisher: EventPublisher,
        _ store: any JobStore,
        _ leases: (any JobLeases)?,
        _ jobs: JobController.Configuration
    ) -> JobService {
        var configuration = JobService.Configuration(endpoint: bus.endpoint)
        configuration.jobs = jobs
        configuration.drainTimeout = .milliseconds(10)
        return JobService(
            configuration,
            client: client,
            directory: directory,
            publisher: publisher,
            store: store,
            leases: leases,
            context: bus.context,
            logger: bus.logger
        )
    }
}

extension JobPlatform {
    /// A service of a test.
    struct Worker: Sendable {
        var name: String
        var tags: [String]
        /// Answers all but `forms`.
        var answer: BusWorker.Handler
        /// What it says of itself; nil where it has no forms.
        var forms: JSONValue?

        init(_ name: String, tags: [String], forms: JSONValue? = nil, answer: @escaping BusWorker.Handler) {
            self.name = name
            self.tags = tags
            self.answer = answer
            self.forms = forms
        }

        func handle(_ request: BusRequest) async throws -> BusReply {
            guard request.operation == "forms" else { return try await answer(request) }
            guard let forms else { throw Problem(.notFound, "no forms") }
            return .json(forms)
        }
    }

    /// Runs a worker; returns when discovery lists it.
    @discardableResult
    func add(_ worker: Worker) async throws -> BusWorker {
        let changes = try await events.subscribe(to: "registry.\(worker.name)")
        let announcement: JSONValue = ["tags": .array(worker.tags.map(JSONValue.string))]
        let running = try await bus.worker(worker.name, announcement: announcement, handler: worker.handle)
        for await delivery in changes {
            if case .events = delivery { break }
        }
        return running
    }

    /// Asks job-control.
    func ask(
        _ operation: String,
        _ body: String = "",
        _ annotations: Annotations = [:]
    ) async throws -> (status: Status, json: JSONValue, annotations: Annotations) {
        let reply = try await client.request(
            JobService.name,
            operation,
            body: Array(body.utf8),
            annotations: annotations
        )
        return (reply.status, reply.body.isEmpty ? nil : try reply.json(), reply.annotations)
    }

    /// A job's events, from the first on and without an end.
    func watch(_ id: String) -> AsyncThrowingStream<[Event], any Error> {
        events.events(of: JobEntry.topic(of: id)) { [jobs] after in
            try await jobs.events(of: id, after: after).events
        }
    }

    /// Watches a job until an event of that type has come.
    func watch(_ id: String, until type: JobEntryType) async throws {
        for try await batch in watch(id) where batch.contains(where: { JobEntryType($0) == type }) { return }
    }

    /// Follows a job to its last event, and returns them all.
    func follow(_ id: String) async throws -> [Event] {
        var events: [Event] = []
        for try await batch in watch(id) {
            events += batch
            if let last = events.last, JobEntryType(last)?.endsTheJob == true { break }
        }
        return events
    }
}
