package import Bus
package import JSON
package import Logging
package import ServiceLifecycle
import Synchronization
package import ZeroMQ

/// A real broker in this process, with clients, workers, publishers and subscribers that are run and ended for a test.
///
/// ```swift
/// try await withTestBus(.tcp) { bus in
///     try await bus.worker("echo") { BusReply(body: $0.body) }
///     let reply = try await bus.client().request("echo", "execute", body: [1])
/// }
/// ```
package final class TestBus: Sendable {
    /// What the bus runs over.
    package enum Transport: String, Sendable, CaseIterable {
        case inproc, tcp
    }

    fileprivate struct Endpoints {
        let bus, publish, subscribe: Endpoint
    }

    private struct State {
        var broker: Broker?
        var endpoints: Endpoints
    }

    package let context: Context
    package let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    private let services: RunningServices
    package let heartbeat: Duration
    private let configure: @Sendable (inout Broker.Configuration) -> Void
    private let state: Mutex<State>

    init(
        _ transport: Transport,
        context: Context = Context(),
        heartbeat: Duration,
        configure: @escaping @Sendable (inout Broker.Configuration) -> Void
    ) {
        self.context = context
        self.heartbeat = heartbeat
        self.configure = configure
        services = RunningServices(logger: logger)
        state = Mutex(State(endpoints: transport.wildcards))
    }

    /// Where clients and workers connect.
    package var endpoint: Endpoint { state.withLock { $0.endpoints.bus } }
    /// Where publishers connect.
    package var publishEndpoint: Endpoint { state.withLock { $0.endpoints.publish } }
    /// Where subscribers connect.
    package var subscribeEndpoint: Endpoint { state.withLock { $0.endpoints.subscribe } }

    /// A client that is running.
    package func client(requestLimit: Int = 65_536, security: CurveClient? = nil) -> BusClient {
        let client = BusClient(
            .init(endpoint: endpoint, heartbeat: heartbeat, requestLimit: requestLimit, security: security),
            context: context,
            logger: logger
        )
        services.run(client)
        return client
    }

    /// A worker that is running and that requests reach.
    @discardableResult
    package func worker(
        _ service: String,
        credits: Int = 256,
        announcement: JSONValue = [:],
        drainTimeout: Duration = .seconds(30),
        handlersMayBlock: Bool = false,
        security: CurveClient? = nil,
        handler: @escaping BusWorker.Handler
    ) async throws -> BusWorker {
        let configuration = BusWorker.Configuration(
            service: service,
            endpoint: endpoint,
            credits: credits,
            announcement: announcement,
            drainTimeout: drainTimeout,
            handlersMayBlock: handlersMayBlock,
            heartbeat: heartbeat,
            security: security
        )
        let worker = BusWorker(configuration, context: context, logger: logger, handler: handler)
        services.run(worker)
        try await worker.whenReady
        return worker
    }

    /// A publisher that is running and connected.
    package func publisher(security: CurveClient? = nil) async throws -> EventPublisher {
        let publisher = EventPublisher(endpoint: publishEndpoint, context: context, logger: logger, security: security)
        services.run(publisher)
        try await publisher.whenConnected
        return publisher
    }

    /// A subscriber that is running.
    package func subscriber(security: CurveClient? = nil) -> EventSubscriber {
        let subscriber = EventSubscriber(
            endpoint: subscribeEndpoint,
            context: context,
            logger: logger,
            heartbeat: heartbeat,
            security: security
        )
        services.run(subscriber)
        return subscriber
    }

    /// Runs any service until the test is over.
    package func run(_ service: any Service & AnyObject) { services.run(service) }

    /// Shuts a service of this bus down as a signal would, and waits until it has ended.
    package func shutDown(_ service: any Service & AnyObject) async throws { try await services.shutDown(service) }

    /// Cancels a service of this bus, and waits until it has ended.
    package func stop(_ service: any Service & AnyObject) async throws { try await services.stop(service) }

    /// Ends the broker without a word to anybody.
    package func stopBroker() async throws {
        guard let broker = state.withLock({ $0.broker.take() }) else { return }
        try await services.stop(broker)
    }

    /// Shuts the broker down as a signal would, and waits until it has answered what it has.
    package func shutDownBroker() async throws {
        guard let broker = state.withLock({ $0.broker.take() }) else { return }
        try await services.shutDown(broker)
    }

    /// Starts a broker at the endpoints of the one before, and returns when it listens.
    package func startBroker() async throws {
        while try await !attemptToStartBroker() {}
    }

    /// False when an address is not free yet: libzmq gives it back a moment after a socket was closed.
    private func attemptToStartBroker() async throws -> Bool {
        let endpoints = state.withLock { $0.endpoints }
        var configuration = Broker.Configuration(
            endpoints: [endpoints.bus],
            publish: [endpoints.publish],
            subscribe: [endpoints.subscribe]
        )
        configuration.heartbeat = heartbeat
        configure(&configuration)
        let broker = Broker(configuration, context: context, logger: logger)
        services.run(broker)
        do {
            let bound = try await broker.boundEndpoints()
            let resolved = Endpoints(bus: bound.bus[0], publish: bound.publish[0], subscribe: bound.subscribe[0])
            state.withLock { $0 = State(broker: broker, endpoints: resolved) }
            return true
        } catch is BusError {
            return try await !hasAddressInUse(broker)
        }
    }

    /// Whether that is why this broker has ended; any other reason is thrown.
    private func hasAddressInUse(_ broker: Broker) async throws -> Bool {
        do {
            try await services.stop(broker)
        } catch let error as ZMQError where error.code == .addressInUse {
            return true
        }
        throw BusError(.closed, "the broker of a test ended before it listened")
    }

    /// Ends everything that runs on this bus, and the broker.
    func end() async throws { try await services.stopAll() }
}

extension TestBus.Transport {
    /// Endpoints that nobody else uses.
    fileprivate var wildcards: TestBus.Endpoints {
        switch self {
        case .inproc:
            let name = UUIDv7.make()
            return TestBus.Endpoints(
                bus: .inproc("\(name)-bus"),
                publish: .inproc("\(name)-publish"),
                subscribe: .inproc("\(name)-subscribe")
            )
        case .tcp:
            let any = Endpoint.tcp(anyPortOf: "127.0.0.1")
            return TestBus.Endpoints(bus: any, publish: any, subscribe: any)
        }
    }
}

/// Lends a bus whose broker is up; everything that was made on it is ended afterwards.
///
/// - Parameters:
///   - heartbeat: of the broker and of all that is made by the bus; short where a test waits for a silence.
///   - configure: changes the broker's configuration further.
package func withTestBus<Result>(
    _ transport: TestBus.Transport = .inproc,
    heartbeat: Duration = .seconds(1),
    configure: @escaping @Sendable (inout Broker.Configuration) -> Void = { _ in },
    isolation: isolated (any Actor)? = #isolation,
    _ body: (TestBus) async throws -> Result
) async throws -> Result {
    let bus = TestBus(transport, heartbeat: heartbeat, configure: configure)
    do {
        try await bus.startBroker()
        let result = try await body(bus)
        try await bus.end()
        bus.context.close()
        return result
    } catch {
        try? await bus.end()
        bus.context.close()
        throw error
    }
}
