import Bus
import Logging
import ServiceLifecycle
import Support
import Testing
import ZeroMQ

/// How a broker starts and ends.
@Suite(.timeLimit(.minutes(1))) struct BrokerLifeTests {
    private let context = Context()
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    private let anyPort = Endpoint.tcp(anyPortOf: "127.0.0.1")

    private func makeBroker(drainTimeout: Duration = .seconds(5)) -> Broker {
        var configuration = Broker.Configuration(endpoints: [anyPort], publish: [anyPort], subscribe: [anyPort])
        configuration.drainTimeout = drainTimeout
        return Broker(configuration, context: context, logger: logger)
    }

    private func start(_ broker: Broker) -> (ServiceGroup, Task<Void, any Error>) {
        let group = ServiceGroup(services: [broker], logger: logger)
        return (group, Task { try await group.run() })
    }

    @Test func aPortThatIsTakenIsAnErrorThatNamesIt() async throws {
        let first = makeBroker()
        let (group, running) = start(first)
        let taken = try await first.boundEndpoints().bus[0]
        let second = Broker(
            .init(endpoints: [taken], publish: [anyPort], subscribe: [anyPort]),
            context: context,
            logger: logger
        )
        let error = await #expect(throws: ZMQError.self) { try await second.run() }
        #expect(error?.code == .addressInUse && error?.endpoint == taken)
        await #expect(throws: BusError.self) { try await second.boundEndpoints() }
        await group.triggerGracefulShutdown()
        try await running.value
    }

    @Test func aRepliesInFlightLeavesBeforeTheBrokerEnds() async throws {
        let broker = makeBroker()
        let (group, running) = start(broker)
        let endpoint = try await broker.boundEndpoints().bus[0]
        try await onSocketThread(named: "script") { [context] in
            let worker = try RawPeer.worker(endpoint, in: context, service: "echo", credits: 1)
            let client = try RawPeer(endpoint, in: context)
            try client.request("echo", correlation: 1, body: [1])
            let request = try worker.expect(.request)
            let trigger = Task { await group.triggerGracefulShutdown() }
            #expect(try client.expect(.goodbye).status == .serviceUnavailable)
            #expect(try worker.expect(.goodbye).status == .serviceUnavailable)
            try client.request("echo", correlation: 2)
            #expect(try client.expect(.reply).status == .serviceUnavailable)
            try worker.echo(request)
            #expect(try client.expect(.reply).body == [1])
            trigger.cancel()
        }
        try await running.value
    }

    @Test func aRequestThatIsNeverAnsweredDoesNotHoldTheEndUp() async throws {
        let broker = makeBroker(drainTimeout: .milliseconds(100))
        let (group, running) = start(broker)
        let endpoint = try await broker.boundEndpoints().bus[0]
        try await onSocketThread(named: "script") { [context] in
            let worker = try RawPeer.worker(endpoint, in: context, service: "echo", credits: 1)
            let client = try RawPeer(endpoint, in: context)
            try client.request("echo")
            _ = try worker.expect(.request)
        }
        await group.triggerGracefulShutdown()
        try await running.value
    }

    @Test func cancellingEndsItAtOnce() async throws {
        let broker = makeBroker()
        let running = Task { try await broker.run() }
        _ = try await broker.boundEndpoints()
        running.cancel()
        try await running.value
        await #expect(throws: BusError.self) { try await broker.run() }
    }

    @Test func itEndsWithItsContext() async throws {
        let broker = makeBroker()
        let running = Task { try await broker.run() }
        _ = try await broker.boundEndpoints()
        context.close()
        try await running.value
    }
}
