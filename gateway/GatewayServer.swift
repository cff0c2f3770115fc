public import Bus
public import Discovery
import HummingbirdCore
public import Logging
import NIOCore
import NIOPosix
public import ServiceLifecycle

/// HTTP in front of the bus: one port for everything, and one for each service that old clients look for.
///
/// It only translates. A request becomes a request on the bus and the reply its answer; bodies pass through as
/// bytes. What is wrong with HTTP itself is refused here, everything else is a service's to judge.
public final class GatewayServer: Service, Sendable {
    private let configuration: GatewayConfiguration
    private let listeners: [Listener]
    private let dispatcher: BusDispatcher
    private let counters = GatewayCounters()
    private let report: PortReport
    private let logger: Logger

    /// Prepares the gateway; nothing listens until ``run()``.
    ///
    /// - Parameters:
    ///   - client: how the bus is reached; somebody else runs it.
    ///   - directory: tells the services on the bus from those that speak HTTP; somebody else runs it.
    ///   - events: gives `GET /events` and `GET /jobs/{id}/events` what happens; nil leaves the paths out.
    ///   - brokers: whose figures `GET /metrics` shows; when there are none, those of the broker that `client` uses.
    public init(
        _ configuration: GatewayConfiguration,
        client: BusClient,
        directory: Directory,
        events: EventSubscriber? = nil,
        brokers: [BrokerProbe] = [],
        logger: Logger
    ) {
        self.configuration = configuration
        self.logger = logger
        dispatcher = BusDispatcher(
            client: client,
            resolver: ServiceResolver(directory: directory),
            configuration: configuration
        )
        let metrics = MetricsRoutes(
            brokers: brokers.isEmpty ? [BrokerProbe(name: "bus", client: client)] : brokers,
            client: client,
            counters: counters
        )
        listeners = Listener.all(configuration, client: client, events: events, metrics: metrics)
        report = PortReport(expecting: listeners.count)
    }

    /// The ports, as soon as all of them listen.
    ///
    /// - Throws: ``GatewayError`` when one of them could not be bound.
    public func boundPorts() async throws -> BoundPorts { try await report.ports() }

    /// Serves until graceful shutdown (requests in hand are answered) or cancellation.
    ///
    /// - Throws: ``GatewayError`` when a port cannot be bound.
    public func run() async throws {
        do {
            try await withThrowingTaskGroup { group in
                group.addTask { try await self.serveAll() }
                group.addTask { await self.drainTimeoutPasses() }
                try await group.next()
                group.cancelAll()
            }
            report.failed(CancellationError())
        } catch {
            report.failed(error)
            throw error
        }
    }

    /// Returns when a graceful shutdown has taken too long; what is still under way is cancelled then.
    private func drainTimeoutPasses() async {
        guard (try? await gracefulShutdown()) != nil else { return }
        try? await Task.sleep(for: configuration.drainTimeout)
    }

    private func serveAll() async throws {
        try await withThrowingTaskGroup { group in
            for listener in listeners { group.addTask { try await self.serve(listener) } }
            try await group.waitForAll()
        }
    }

    private func serve(_ listener: Listener) async throws {
        let channel = channel(for: listener)
        let server = server(for: listener, channel)
        // Never cancelled: NIO crashes when a connection was accepted and the cancelled server does not take it any more
        // (apple/swift-nio#2637). It is shut down, and its connections are cancelled.
        let serving = Task { try await server.run() }
        do {
            try await withTaskCancellationHandler {
                try await serving.value
            } onCancel: {
                channel.open.endAll()
                shutDown(server)
            }
        } catch {
            // A server that was told to end before it began says so by an error.
            if Task.isCancelled { throw CancellationError() }
            throw GatewayError.cannotListen(listener, host: configuration.host, error)
        }
    }

    /// Ends the server, and with it this task, once its connections have ended.
    private func shutDown(_ server: Server<GatewayChannel>) {
        Task {
            do {
                try await server.shutdownGracefully()
            } catch {
                logger.error("server could not be shut down", metadata: ["error": "\(error)"])
            }
        }
    }

    private func channel(for listener: Listener) -> GatewayChannel {
        let responder = GatewayResponder(
            routes: listener.routes,
            dispatcher: dispatcher,
            configuration: configuration,
            counters: counters,
            date: DateField(),
            logger: logger
        )
        return GatewayChannel(responder: responder, configuration: configuration)
    }

    private func server(for listener: Listener, _ channel: GatewayChannel) -> Server<GatewayChannel> {
        Server(
            childChannelSetup: channel,
            configuration: ServerConfiguration(
                address: .hostname(configuration.host, port: listener.port),
                availableConnectionsDelegate: MaximumAvailableConnections(configuration.connectionLimit)
            ),
            onServerRunning: { [report] channel in
                report.bound(listener, to: channel.localAddress?.port ?? listener.port)
            },
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            logger: logger
        )
    }
}
