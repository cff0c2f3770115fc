import Bus
import Discovery
import Gateway
import JobControl
import Logging
import ServiceLifecycle
import SharedState
import Storage
import ZeroMQ

/// The services of one process in the order in which they start, and what to wait for until they answer.
///
/// They end in the reverse order: the gateway takes no more requests, then the services finish what they have in
/// hand, and the broker that carries their replies ends last.
struct NodeAssembly {
    private(set) var services: [any Service] = []
    private var readiness: [@Sendable () async throws -> Void] = []
    private let security: CurveClient?
    /// What ends the process at a write of the job store, in a test.
    private let crash: CrashTrigger?

    /// Connects the parts that `configuration` names; nothing runs yet.
    init(
        _ configuration: PlatformConfiguration,
        keys: NodeKeys,
        stores: Stores?,
        crash: CrashTrigger? = nil,
        context: Context,
        logger: Logger
    ) {
        let endpoints = NodeEndpoints(configuration)
        security = keys.client
        self.crash = crash
        if configuration.parts.contains(.broker) {
            addBroker(configuration, keys, endpoints, context, logger.named("broker"))
        }
        guard configuration.parts != [.broker] else { return }
        let bus = BusLink(to: endpoints, security: security, context: context, logger: logger)
        for service in bus.services { services.append(service) }
        if let stores { addStoredServices(configuration, stores, bus, endpoints, context, logger) }
        if configuration.parts.contains(.gateway) { addGateway(configuration, bus, endpoints, context, logger) }
    }

    /// Returns once every part answers.
    func waitUntilReady() async throws {
        for wait in readiness { try await wait() }
    }

    private mutating func add<S: Service>(_ service: S, whenReady: @escaping @Sendable (S) async throws -> Void) {
        services.append(service)
        readiness.append { try await whenReady(service) }
    }

    private mutating func addBroker(
        _ configuration: PlatformConfiguration,
        _ keys: NodeKeys,
        _ endpoints: NodeEndpoints,
        _ context: Context,
        _ logger: Logger
    ) {
        var settings = endpoints.broker(configuration)
        settings.security = keys.broker
        add(Broker(settings, context: context, logger: logger)) { _ = try await $0.boundEndpoints() }
        if let access = keys.broker?.access, let file = configuration.keys.accessFile {
            services.append(AccessFileWatcher(file, for: access, logger: logger))
        }
    }

    private mutating func addStoredServices(
        _ configuration: PlatformConfiguration,
        _ stores: Stores,
        _ bus: BusLink,
        _ endpoints: NodeEndpoints,
        _ context: Context,
        _ logger: Logger
    ) {
        if configuration.parts.contains(.discovery) {
            let discovery = DiscoveryService(
                configuration.discovery(at: endpoints.bus, security: security),
                client: bus.client,
                events: bus.events,
                publisher: bus.publisher,
                store: stores.registry,
                context: context,
                logger: logger.named("discovery")
            )
            // The directory is loaded by discovery's first answer.
            add(discovery) { [directory = bus.directory] _ in await directory.whenLoaded() }
        }
        if configuration.parts.contains(.sharedState) {
            var settings = StateService.Configuration(endpoints: endpoints.bus)
            settings.security = security
            settings.historyLimit = configuration.stateHistoryLimit
            settings.historyAge = .seconds(configuration.stateHistoryDays * 24 * 3_600)
            let state = StateService(
                settings,
                publisher: bus.publisher,
                store: stores.state,
                context: context,
                logger: logger.named("shared-state")
            )
            add(state) { try await $0.whenReady }
        }
        if configuration.parts.contains(.jobControl) {
            var settings = JobService.Configuration(endpoints: endpoints.bus)
            settings.security = security
            settings.jobs = configuration.jobs
            let jobs = JobService(
                settings,
                client: bus.client,
                directory: bus.directory,
                publisher: bus.publisher,
                store: stores.jobs,
                leases: crash.map { CrashingJobLeases(stores.leases, $0) } ?? stores.leases,
                context: context,
                logger: logger.named("job-control")
            )
            add(jobs) { try await $0.whenReady }
        }
    }

    private mutating func addGateway(
        _ configuration: PlatformConfiguration,
        _ bus: BusLink,
        _ endpoints: NodeEndpoints,
        _ context: Context,
        _ logger: Logger
    ) {
        let logger = logger.named("gateway")
        var settings = HTTPServiceProxy.Configuration(endpoints: endpoints.bus)
        settings.security = security
        let proxy = HTTPServiceProxy(settings, directory: bus.directory, context: context, logger: logger)
        add(proxy) { try await $0.whenReady }
        let gateway = GatewayServer(
            configuration.gateway,
            client: bus.client,
            directory: bus.directory,
            events: bus.events,
            brokers: probes(configuration, bus, endpoints, context, logger),
            logger: logger
        )
        add(gateway) { _ = try await $0.boundPorts() }
    }
}

extension NodeAssembly {
    /// How the gateway asks each broker for its figures: over a connection of its own where the bus has several, as
    /// the common client uses one of them at a time.
    private mutating func probes(
        _ configuration: PlatformConfiguration,
        _ bus: BusLink,
        _ endpoints: NodeEndpoints,
        _ context: Context,
        _ logger: Logger
    ) -> [BrokerProbe] {
        zip(configuration.bus, endpoints.bus).map { name, endpoint in
            guard endpoints.bus.count > 1 else { return BrokerProbe(name: "\(name)", client: bus.client) }
            let client = BusClient(
                .init(endpoints: [endpoint], security: security),
                context: context,
                logger: logger
            )
            services.append(client)
            return BrokerProbe(name: "\(name)", client: client)
        }
    }
}

extension Logger {
    /// A logger that says which part of the process speaks.
    func named(_ part: String) -> Logger {
        var logger = self
        logger[metadataKey: "part"] = "\(part)"
        return logger
    }
}
