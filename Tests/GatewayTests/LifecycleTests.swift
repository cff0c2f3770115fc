import AsyncHTTPClient
import Bus
import Discovery
import JSON
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Testing
import ZeroMQ

@testable import Gateway

/// How a gateway starts, ends, and lives without a bus.
@Suite(.timeLimit(.minutes(1))) struct LifecycleTests {
    private func configuration(_ change: (inout GatewayConfiguration) -> Void = { _ in }) -> GatewayConfiguration {
        var configuration = GatewayConfiguration()
        configuration.port = 0
        configuration.servicePorts = [:]
        change(&configuration)
        return configuration
    }

    /// Runs a second gateway on the platform's bus in a service group, which is what can end it gracefully.
    private func withGroup(
        _ configuration: GatewayConfiguration,
        _ platform: TestPlatform,
        _ body: @escaping @Sendable (TestAPI, ServiceGroup) async throws -> Void
    ) async throws {
        let gateway = GatewayServer(
            configuration,
            client: platform.client,
            directory: platform.directory,
            logger: platform.logger
        )
        let group = ServiceGroup(services: [gateway], logger: platform.logger)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            let port = try await gateway.boundPorts().main
            try await body(TestAPI(http: platform.http, baseURL: "http://127.0.0.1:\(port)"), group)
            try await tasks.waitForAll()
        }
    }

    @Test func aGracefulShutdownAnswersWhatIsInHand() async throws {
        let (started, start) = AsyncStream.makeStream(of: Void.self)
        let (released, release) = AsyncStream.makeStream(of: Void.self)
        try await withPlatform { platform in
            let handler: BusWorker.Handler = { _ in
                start.yield()
                for await _ in released { break }
                return .json(["late": true])
            }
            try await platform.withWorker("slow", handler: handler) {
                try await withGroup(configuration(), platform) { api, group async throws in
                    let answer = Task { try await api.post("/services/slow/execute", [:]) }
                    for await _ in started { break }
                    await group.triggerGracefulShutdown()
                    release.yield()
                    #expect(try await answer.value.json == ["late": true])
                }
            }
        }
    }

    @Test func aRequestThatTakesTooLongDoesNotHoldAShutdownUp() async throws {
        let (started, start) = AsyncStream.makeStream(of: Void.self)
        try await withPlatform { platform in
            let handler: BusWorker.Handler = { _ in
                start.yield()
                try await Task.sleep(for: .seconds(50))
                return .empty()
            }
            try await platform.withWorker("slow", handler: handler) {
                try await withGroup(configuration { $0.drainTimeout = .milliseconds(100) }, platform) {
                    api,
                    group async throws in
                    let answer = Task { try await api.post("/services/slow/execute", [:]) }
                    for await _ in started { break }
                    await group.triggerGracefulShutdown()
                    await #expect(throws: (any Error).self) { try await answer.value }
                }
            }
        }
    }

    @Test func aGatewayIsCancelledWhileConnectionsArrive() async throws {
        try await withPlatform { platform in
            for _ in 0..<10 {
                let gateway = GatewayServer(
                    configuration(),
                    client: platform.client,
                    directory: platform.directory,
                    logger: platform.logger
                )
                try await running([gateway]) {
                    let port = try await gateway.boundPorts().main
                    for _ in 0..<50 { Self.knock(at: port) }
                }
            }
        }
    }

    /// Begins a connection and waits for nothing: the gateway may hear of it when it is about to end.
    private static func knock(at port: Int) {
        _ = ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(host: "127.0.0.1", port: port)
            .flatMap { $0.close() }
    }

    @Test func withoutABusTheGatewaySaysSo() async throws {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let context = Context()
        defer { context.close() }
        let client = BusClient(.init(endpoint: .inproc("nobody")), context: context, logger: logger)
        let events = EventSubscriber(endpoint: .inproc("nobody-either"), context: context, logger: logger)
        let directory = Directory(client: client, events: events, logger: logger)
        let gateway = GatewayServer(
            configuration { $0.requestTimeout = .milliseconds(200) },
            client: client,
            directory: directory,
            logger: logger
        )
        try await HTTPClient.withHTTPClient { http in
            try await running([client, gateway]) {
                let api = TestAPI(http: http, baseURL: "http://127.0.0.1:\(try await gateway.boundPorts().main)")
                #expect(try await api.get("/healthz").status == 200)
                for path in ["/readyz", "/jobs"] {
                    let answer = try await api.get(path)
                    try answer.expectError(503)
                    #expect(answer.header("retry-after") == "1")
                }
            }
        }
    }
}
