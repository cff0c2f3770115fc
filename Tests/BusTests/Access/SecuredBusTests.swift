import Bus
import JSON
import Logging
import Support
import Testing
import ZeroMQ

@Suite(.enabled(if: Curve.isAvailable), .timeLimit(.minutes(1))) struct SecuredBusTests {
    private let secured: SecuredBus
    private let workerKeys: CurveKeyPair
    private let clientKeys: CurveKeyPair

    init() throws {
        secured = try SecuredBus()
        workerKeys = try Curve.newKeyPair()
        clientKeys = try Curve.newKeyPair()
    }

    @Test func anAllowedKeyGetsOnlyWhatItMay() async throws {
        try secured.allow(
            ("worker", workerKeys, { $0.serve = ["echo"] }),
            (
                "client", clientKeys,
                { grants in
                    grants.call = ["echo.say"]
                    grants.roles = ["reader"]
                }
            )
        )
        try await withTestBus(.tcp, configure: { [security = secured.security] in $0.security = security }) { bus in
            try await bus.worker("echo", security: secured.client(workerKeys)) { request in
                let seen = [request.annotations["peer"], request.annotations["roles"], request.annotations["x"]]
                return BusReply(body: Array(seen.map { $0 ?? "-" }.joined(separator: " ").utf8))
            }
            let client = bus.client(security: secured.client(clientKeys))
            let forged: Annotations = ["peer": "gateway", "roles": "admin", "x": "1"]
            let reply = try await client.request("echo", "say", annotations: forged)
            #expect(String(decoding: reply.body, as: UTF8.self) == "client reader 1")

            let error = await #expect(throws: BusError.self) { try await client.request("echo", "shout") }
            #expect(error?.message.contains("The key 'client' may not call 'echo.shout'.") == true)
            #expect(error?.code == .forbidden)
            await #expect(throws: BusError.self) { try await client.request("broker", "workers") }
        }
    }

    @Test func theStatisticsNameTheKeyOfAWorker() async throws {
        try secured.allow(
            ("worker", workerKeys, { $0.serve = ["echo"] }),
            ("client", clientKeys, { $0.call = ["broker"] })
        )
        try await withTestBus(.tcp, configure: { [security = secured.security] in $0.security = security }) { bus in
            try await bus.worker("echo", security: secured.client(workerKeys)) { BusReply(body: $0.body) }
            let client = bus.client(security: secured.client(clientKeys))
            let reply = try await client.request("broker", "statistics")
            let statistics = BusStatistics(reading: try JSONValue(parsing: reply.body))
            #expect(statistics.workers.map(\.peer) == ["worker"])
        }
    }

    @Test func aServiceThatIsNotAllowedIsRefused() async throws {
        try secured.allow(("worker", workerKeys, { $0.serve = ["echo"] }))
        try await withTestBus(.tcp, configure: { [security = secured.security] in $0.security = security }) { bus in
            var configuration = BusWorker.Configuration(service: "todo", endpoint: bus.endpoint)
            configuration.security = secured.client(workerKeys)
            let worker = BusWorker(configuration, context: bus.context, logger: bus.logger) { BusReply(body: $0.body) }
            let error = await #expect(throws: BusError.self) { try await worker.run() }
            #expect(error?.message.contains("The key 'worker' may not serve 'todo'.") == true)
        }
    }

    @Test func whoHasNoKeyAWrongOneOrAnUnknownOneIsNotLetIn() async throws {
        try secured.allow(("worker", workerKeys, { $0.serve = ["*"] }))
        let wrongServer = CurveClient(serverKey: clientKeys.publicKey, keys: workerKeys)
        try await withTestBus(.tcp, configure: { [security = secured.security] in $0.security = security }) { bus in
            try await bus.worker("echo", security: secured.client(workerKeys)) { BusReply(body: $0.body) }
            for security in [nil, wrongServer, secured.client(clientKeys)] {
                let client = bus.client(security: security)
                let error = await #expect(throws: BusError.self) {
                    try await client.request("echo", "say", within: .milliseconds(300))
                }
                #expect(error?.code.mayHaveRun == false)
            }
        }
    }

    @Test func aRevokedKeyLosesItsRightsAtOnce() async throws {
        try secured.allow(
            ("worker", workerKeys, { $0.serve = ["echo"] }),
            ("client", clientKeys, { $0.call = ["*"] })
        )
        try await withTestBus(.tcp, configure: { [security = secured.security] in $0.security = security }) { bus in
            try await bus.worker("echo", security: secured.client(workerKeys)) { BusReply(body: $0.body) }
            let client = bus.client(security: secured.client(clientKeys))
            _ = try await client.request("echo", "say")
            try secured.allow(("worker", workerKeys, { $0.serve = ["echo"] }))
            await #expect(throws: BusError.self) { try await client.request("echo", "say", within: .seconds(5)) }
            try secured.allow(
                ("worker", workerKeys, { $0.serve = ["echo"] }),
                ("client", clientKeys, { $0.call = ["*"] })
            )
            _ = try await client.request("echo", "say")
        }
    }

    @Test func whatComesFromTheBrokersProcessMayDoEverything() async throws {
        try await withTestBus(.inproc, configure: { [security = secured.security] in $0.security = security }) { bus in
            try await bus.worker("echo") { BusReply(body: Array(($0.annotations["roles"] ?? "-").utf8)) }
            let reply = try await bus.client().request("echo", "say", annotations: ["roles": "admin"])
            #expect(reply.body == Array("admin".utf8))
        }
    }

    @Test func anEventTravelsOnlyBetweenThoseWhoMay() async throws {
        let otherKeys = try Curve.newKeyPair()
        try secured.allow(
            ("writer", workerKeys, { $0.publish = ["job."] }),
            ("reader", clientKeys, { $0.read = ["job."] }),
            ("other", otherKeys, { $0.read = ["todo."] })
        )
        try await withTestBus(.tcp, configure: { [security = secured.security] in $0.security = security }) { bus in
            let publisher = try await bus.publisher(security: secured.client(workerKeys))
            let reader = try await bus.subscriber(security: secured.client(clientKeys)).subscribe(to: "job.")
            let other = try await bus.subscriber(security: secured.client(otherKeys)).subscribe(to: "job.")
            publisher.publish([event("todo.1", 1), event("job.1", 2)])
            #expect(await topics(of: reader) == ["job.1"])
            other.cancel()
            #expect(await topics(of: other) == [])
        }
    }

    @Test func whoMayNotReadAnyMoreGetsNothingMore() async throws {
        let otherKeys = try Curve.newKeyPair()
        try secured.allow(
            ("writer", workerKeys, { $0.publish = ["job."] }),
            ("reader", clientKeys, { $0.read = ["job."] }),
            ("other", otherKeys, { $0.read = ["job."] })
        )
        try await withTestBus(.tcp, configure: { [security = secured.security] in $0.security = security }) { bus in
            let publisher = try await bus.publisher(security: secured.client(workerKeys))
            let reader = try await bus.subscriber(security: secured.client(clientKeys)).subscribe(to: "job.")
            let other = try await bus.subscriber(security: secured.client(otherKeys)).subscribe(to: "job.")
            try secured.allow(
                ("writer", workerKeys, { $0.publish = ["job."] }),
                ("reader", clientKeys, { $0.read = ["job."] })
            )
            // Its connection was cut like the other's, and stands again.
            #expect(await reader.first { _ in true } == .interrupted)
            publisher.publish([event("job.1", 1)])
            #expect(await topics(of: reader) == ["job.1"])
            other.cancel()
            #expect(await topics(of: other) == [])
        }
    }

    @Test func aBrokerWithoutKeysBindsNothingThatOthersReach() async throws {
        let any = Endpoint.tcp(anyPortOf: "0.0.0.0")
        let broker = Broker(
            .init(endpoints: [any], publish: [any], subscribe: [any]),
            context: Context(),
            logger: Logger(label: "test")
        )
        await #expect(throws: BrokerConfigurationError.openToOthers(any)) { try await broker.run() }
    }

    private func event(_ topic: String, _ sequence: UInt64) -> Event {
        Event(topic: topic, sequence: sequence, type: "test", source: "/test", data: .null)
    }

    private func topics(of subscription: EventSubscription) async -> [String] {
        for await case .events(let events) in subscription { return events.map(\.topic) }
        return []
    }
}
