import AsyncHTTPClient
import Bus
import Discovery
import EngineService
import Gateway
import JSON
import JobControl
import Logging
import ServiceLifecycle
import SharedState
import ZeroMQ

/// The whole platform in memory, met by real HTTP: gateway, broker, discovery, state, jobs, an engine and two
/// small services.
struct TestPlatform: Sendable {
    /// The port for everything and those of single services.
    let ports: BoundPorts
    let http: HTTPClient
    /// For workers that a test adds.
    let context: Context
    let bus: Endpoint
    let client: BusClient
    let directory: Directory
    let logger: Logger

    /// How to talk to the port for everything.
    var api: TestAPI { TestAPI(http: http, baseURL: "http://127.0.0.1:\(ports.main)") }

    /// How to talk to the port of one service.
    func api(of service: String) -> TestAPI {
        TestAPI(http: http, baseURL: "http://127.0.0.1:\(ports.services[service] ?? 0)")
    }

    /// Adds a worker for the time of `body`.
    @discardableResult
    func withWorker<Result: Sendable>(
        _ service: String,
        announcement: JSONValue = [:],
        handler: @escaping BusWorker.Handler,
        _ body: @Sendable () async throws -> Result
    ) async throws -> Result {
        let worker = BusWorker(
            .init(service: service, endpoint: bus, announcement: announcement),
            context: context,
            logger: logger,
            handler: handler
        )
        return try await running([worker]) {
            try await worker.whenReady
            return try await body()
        }
    }
}

/// Runs a platform for the time of `body`; nothing of it is left afterwards.
@discardableResult
func withPlatform<Result: Sendable>(
    _ change: (inout GatewayConfiguration) -> Void = { _ in },
    _ body: @escaping @Sendable (TestPlatform) async throws -> Result
) async throws -> Result {
    var configuration = GatewayConfiguration()
    configuration.port = 0
    configuration.servicePorts = ["discovery": 0, "shared-state": 0, "job-control": 0]
    configuration.enginePorts = [0: "person"]
    configuration.lingerTimeout = .milliseconds(200)
    change(&configuration)
    return try await HTTPClient.withHTTPClient(configuration: .init(redirectConfiguration: .disallow)) { http in
        let context = Context()
        defer { context.close() }
        return try await PlatformParts(configuration, context: context).run(http: http, body)
    }
}

/// Runs services for the time of `body`, then ends them and waits for them.
@discardableResult
func running<Result: Sendable>(
    _ services: [any Service],
    _ body: @Sendable () async throws -> Result
) async throws -> Result {
    try await withThrowingTaskGroup(of: Void.self) { group in
        for service in services { group.addTask { try await service.run() } }
        let outcome: Swift.Result<Result, any Error>
        do { outcome = .success(try await body()) } catch { outcome = .failure(error) }
        group.cancelAll()
        while let ended = await group.nextResult() {
            if case .failure(let error) = ended, !(error is CancellationError), case .success = outcome { throw error }
        }
        return try outcome.get()
    }
}

private struct PlatformParts {
    let context: Context
    let logger: Logger
    let bus: Endpoint
    let broker: Broker
    let client: BusClient
    let publisher: EventPublisher
    let subscriber: EventSubscriber
    let directory: Directory
    let discovery: DiscoveryService
    let state: StateService
    let jobs: JobService
    let engine: EngineHost
    let text: BusWorker
    let clock: BusWorker
    let proxy: HTTPServiceProxy
    let gateway: GatewayServer

    init(_ configuration: GatewayConfiguration, context: Context) throws {
        var logger = Logger(label: "test")
        // Ending a server by cancellation is an error to it, and the usual end of a test.
        logger.logLevel = .critical
        let bus = Endpoint.inproc("bus")
        let (publish, subscribe) = (Endpoint.inproc("publish"), Endpoint.inproc("subscribe"))
        self.context = context
        self.logger = logger
        self.bus = bus
        broker = Broker(
            .init(endpoints: [bus], publish: [publish], subscribe: [subscribe]),
            context: context,
            logger: logger
        )
        client = BusClient(.init(endpoint: bus), context: context, logger: logger)
        publisher = EventPublisher(endpoint: publish, context: context, logger: logger)
        subscriber = EventSubscriber(endpoint: subscribe, context: context, logger: logger)
        directory = Directory(client: client, events: subscriber, logger: logger)
        discovery = DiscoveryService(
            .init(endpoint: bus),
            client: client,
            events: subscriber,
            publisher: publisher,
            store: MemoryRegistryStore(),
            context: context,
            logger: logger
        )
        state = StateService(
            .init(endpoint: bus),
            publisher: publisher,
            store: MemoryStateStore(),
            context: context,
            logger: logger
        )
        jobs = JobService(
            .init(endpoint: bus),
            client: client,
            directory: directory,
            publisher: publisher,
            store: MemoryJobStore(),
            context: context,
            logger: logger
        )
        engine = EngineHost(
            Engine(design: try Design(SampleDesign.person), store: MemoryEngineStore()),
            .init(endpoint: bus),
            context: context,
            logger: logger
        )
        text = SampleServices.text(at: bus, context: context, logger: logger)
        clock = SampleServices.clock(at: bus, context: context, logger: logger)
        proxy = HTTPServiceProxy(.init(endpoint: bus), directory: directory, context: context, logger: logger)
        gateway = GatewayServer(
            configuration,
            client: client,
            directory: directory,
            events: subscriber,
            logger: logger
        )
    }

    func run<Result: Sendable>(
        http: HTTPClient,
        _ body: @escaping @Sendable (TestPlatform) async throws -> Result
    ) async throws -> Result {
        let services: [any Service] = [
            broker, client, publisher, subscriber, directory, discovery, state, jobs, engine, text, clock, proxy,
            gateway,
        ]
        return try await running(services) {
            let ports = try await ready()
            return try await body(
                TestPlatform(
                    ports: ports,
                    http: http,
                    context: context,
                    bus: bus,
                    client: client,
                    directory: directory,
                    logger: logger
                )
            )
        }
    }

    private func ready() async throws -> BoundPorts {
        _ = try await broker.boundEndpoints()
        try await discovery.whenReady
        await directory.whenLoaded()
        try await state.whenReady
        try await jobs.whenReady
        try await engine.whenReady
        try await text.whenReady
        try await clock.whenReady
        try await proxy.whenReady
        try await listed(["person", "service-a", "service-b"])
        return try await gateway.boundPorts()
    }

    /// Returns when discovery lists these services: it hears of a worker a little later than the worker of the broker.
    private func listed(_ names: Set<String>) async throws {
        let registry = DiscoveryClient(client)
        let changes = try await subscriber.subscribe(to: "registry.")
        while true {
            let entries = try await registry.snapshot().entries
            if names.isSubset(of: entries.filter { $0.instances > 0 }.map(\.serviceName)) { return }
            for await _ in changes { break }
        }
    }
}
