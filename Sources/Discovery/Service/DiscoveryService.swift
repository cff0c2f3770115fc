public import Bus
import JSON
public import Logging
public import ServiceLifecycle
public import ZeroMQ

/// The service `discovery`: says which services are alive, what they can do and how to call them.
///
/// It follows the broker's word about workers, pings HTTP services through the gateway, keeps what it knows in a
/// store, and publishes every change under `registry.<serviceName>`.
public final class DiscoveryService: Service {
    public struct Configuration: Sendable {
        /// The brokers' endpoints, one or more: the service works for all of them at once.
        public var endpoints: [Endpoint]
        /// Its keys and the brokers', for `tcp://` endpoints; nil for brokers without keys. Default: nil.
        public var security: CurveClient?
        public var liveness = LivenessConfiguration()
        /// What `about` and the registry say of this service.
        public var version = "1.0.0"

        public init(endpoints: [Endpoint]) {
            self.endpoints = endpoints
        }

        /// The same with one broker.
        public init(endpoint: Endpoint) {
            self.init(endpoints: [endpoint])
        }
    }

    /// The service's name on the bus.
    public static let name = "discovery"

    private let configuration: Configuration
    private let client: BusClient
    private let events: EventSubscriber
    private let publisher: EventPublisher
    private let store: any RegistryStore
    private let context: Context
    private let logger: Logger
    private let readiness = OneTimeSignal()

    /// - Parameters:
    ///   - client: asks the broker and the gateway; the caller runs it, as `events` and `publisher`.
    ///   - store: used by this service alone.
    public init(
        _ configuration: Configuration,
        client: BusClient,
        events: EventSubscriber,
        publisher: EventPublisher,
        store: any RegistryStore,
        context: Context,
        logger: Logger
    ) {
        self.configuration = configuration
        self.client = client
        self.events = events
        self.publisher = publisher
        self.store = store
        self.context = context
        self.logger = logger
    }

    /// Serves until graceful shutdown or cancellation.
    ///
    /// - Throws: what the store throws when it cannot be read.
    public func run() async throws {
        let loop = makeLoop(restoring: try await store.load())
        let worker = makeWorker(DiscoveryOperations(loop: loop).table(version: configuration.version))
        defer { readiness.end() }
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { await loop.run() }
            group.addTask { await self.followWorkers(for: loop) }
            group.addTask { await self.tellReadiness(of: worker) }
            try await worker.run()
            group.cancelAll()
        }
    }

    /// Returns once discovery can be asked.
    ///
    /// - Throws: ``BusError/Code/closed`` when it ended before that; `CancellationError`.
    public var whenReady: Void {
        get async throws { try await readiness.wait() }
    }

    private func tellReadiness(of worker: BusWorker) async {
        // An error says that the worker has ended, which run() throws or returns for.
        if (try? await worker.whenReady) != nil { readiness.happen() }
    }

    private func makeLoop(restoring contents: RegistryContents) -> RegistryLoop {
        let machine = RegistryMachine(
            configuration.liveness,
            restoring: contents,
            source: "/discovery/" + UUIDv7.make(),
            at: .now
        )
        let pinger = HTTPPinger(client: client, timeout: configuration.liveness.pingTimeout)
        return RegistryLoop(
            machine,
            store: store,
            publish: publisher.publish,
            ping: pinger.ping,
            logger: logger
        )
    }

    private func makeWorker(_ operations: OperationTable) -> BusWorker {
        let announcement: JSONValue = [
            "tags": ["discovery", "registry"],
            "mediaTypes": ["application/json"],
            "description": "Says which services are alive, what they can do and how to call them",
            "version": .string(configuration.version),
        ]
        return BusWorker(
            .init(
                service: Self.name,
                endpoints: configuration.endpoints,
                announcement: announcement,
                security: configuration.security
            ),
            context: context,
            logger: logger
        ) { request in
            try await operations.answer(request)
        }
    }

    private func followWorkers(for loop: RegistryLoop) async {
        do {
            try await WorkerFollower(events: events, loop: loop, logger: logger).run()
        } catch is CancellationError {
            // The usual end.
        } catch {
            logger.error("the bus is no longer followed", metadata: ["error": "\(error)"])
        }
    }
}
