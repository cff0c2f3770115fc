import Bus
import Support
import Testing

/// What clients and workers make of a broker that goes and comes back.
@Suite(.timeLimit(.minutes(1))) struct BrokerRestartTests {
    private let heartbeat = Duration.milliseconds(100)

    @Test(arguments: TestBus.Transport.allCases)
    func workersAndClientsComeBackByThemselves(_ transport: TestBus.Transport) async throws {
        try await withTestBus(transport, heartbeat: heartbeat) { bus in
            try await bus.worker("echo") { BusReply(body: $0.body) }
            let client = bus.client()
            #expect(try await client.request("echo", "a", body: [1]).body == [1])
            for round in 2...4 as ClosedRange<UInt8> {
                try await bus.stopBroker()
                try await bus.startBroker()
                #expect(try await askUntilServed(client, body: [round]) == [round])
            }
        }
    }

    @Test(arguments: TestBus.Transport.allCases)
    func whatMayBeRepeatedIsAnsweredAfterTheRestartAndTheRestFailsAtOnce(
        _ transport: TestBus.Transport
    ) async throws {
        try await withTestBus(transport, heartbeat: heartbeat) { bus in
            let started = Recorder<RequestID>()
            let release = Gate(opensAt: 3)
            try await bus.worker("work", credits: 10) { request in
                started.record(request.requestID)
                await release.arrive()
                return BusReply(body: request.body)
            }
            let client = bus.client()
            let once = Task { try await client.request("work", "a", body: [1], within: .seconds(50)) }
            let id = RequestID()
            async let again = client.request(
                "work",
                "a",
                body: [2],
                within: .seconds(50),
                repeatable: true,
                requestID: id
            )
            try await started.wait(forCount: 2)
            try await bus.stopBroker()
            let error = await #expect(throws: BusError.self) { try await once.value }
            #expect(error?.code == .workerLost)
            try await bus.startBroker()
            // The handler of the first attempt goes on: its reply is the repeat's.
            await release.arrive()
            // The broker may come to know of the request before it knows of the worker again.
            do {
                #expect(try await again.body == [2])
                #expect(started.elements.filter { $0 == id }.count == 1)
            } catch let error as BusError {
                #expect(error.code == .workerLost, "the first attempt has run, whatever became of the second")
                #expect((error.cause as? BusError)?.code == .noWorker)
            }
        }
    }

    @Test(arguments: TestBus.Transport.allCases)
    func aRequestThatIsMadeWhileThereIsNoBrokerWaitsForOne(_ transport: TestBus.Transport) async throws {
        try await withTestBus(transport, heartbeat: heartbeat) { bus in
            let client = bus.client()
            #expect(try await client.request("broker", "ping").status == .ok)
            try await bus.stopBroker()
            async let reply = client.request("broker", "ping", within: .seconds(50), repeatable: true)
            try await bus.startBroker()
            #expect(try await reply.status == .ok)
        }
    }

    /// The broker answers at once that nobody offers a service which has not announced itself again.
    private func askUntilServed(_ client: BusClient, body: [UInt8]) async throws -> [UInt8] {
        while true {
            switch await ask(client, body: body) {
            case .success(let reply): return reply.body
            case .failure(let error): try #require([.noWorker, .workerLost].contains(error.code), "\(error)")
            }
        }
    }

    private func ask(_ client: BusClient, body: [UInt8]) async -> Result<Reply, BusError> {
        do {
            return .success(try await client.request("echo", "a", body: body, within: .seconds(50)))
        } catch {
            return .failure(error)
        }
    }
}
