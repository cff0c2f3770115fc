import AsyncHTTPClient
import Bus
import Discovery
import Gateway
import Logging
import ZeroMQ

/// Runs a gateway over a bus on which a test's own handler is job-control, for the time of `body`.
///
/// So a route is tested by what it asks, and an answer by what is made of it, whatever job-control does today.
@discardableResult
func withJobControl<Result: Sendable>(
    _ change: (inout GatewayConfiguration) -> Void = { _ in },
    handler: @escaping BusWorker.Handler,
    _ body: @escaping @Sendable (TestAPI, _ port: TestAPI, _ ports: BoundPorts, EventPublisher) async throws -> Result
) async throws -> Result {
    var configuration = GatewayConfiguration()
    configuration.port = 0
    configuration.servicePorts = ["job-control": 0]
    change(&configuration)
    let context = Context()
    defer { context.close() }
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    let (bus, publish, subscribe) = (Endpoint.inproc("bus"), Endpoint.inproc("publish"), Endpoint.inproc("subscribe"))
    let broker = Broker(
        .init(endpoints: [bus], publish: [publish], subscribe: [subscribe]),
        context: context,
        logger: logger
    )
    let client = BusClient(.init(endpoint: bus), context: context, logger: logger)
    let publisher = EventPublisher(endpoint: publish, context: context, logger: logger)
    let subscriber = EventSubscriber(endpoint: subscribe, context: context, logger: logger)
    let worker = BusWorker(
        .init(service: "job-control", endpoint: bus),
        context: context,
        logger: logger,
        handler: handler
    )
    let gateway = GatewayServer(
        configuration,
        client: client,
        directory: Directory(client: client, events: subscriber, logger: logger),
        events: subscriber,
        logger: logger
    )
    return try await HTTPClient.withHTTPClient(configuration: .init(redirectConfiguration: .disallow)) { http in
        try await running([broker, client, publisher, subscriber, worker, gateway]) {
            _ = try await broker.boundEndpoints()
            try await worker.whenReady
            let ports = try await gateway.boundPorts()
            let own = TestAPI(http: http, baseURL: "http://127.0.0.1:\(ports.services["job-control"] ?? 0)")
            return try await body(TestAPI(http: http, baseURL: "http://127.0.0.1:\(ports.main)"), own, ports, publisher)
        }
    }
}
