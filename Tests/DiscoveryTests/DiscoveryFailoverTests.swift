import Bus
import Discovery
import JSON
import Support
import Testing
import ZeroMQ

/// Discovery on two brokers, with its client and its subscriber on different ones.
@Suite(.timeLimit(.minutes(1))) struct DiscoveryFailoverTests {
    /// Discovery's subscriber is on the first broker, its client on the second; everybody serves at both.
    private struct Desk {
        let first: TestBus
        let second: TestBus
        let discovery: DiscoveryClient
        let events = Recorder<Event>()

        init(_ first: TestBus, _ second: TestBus) async throws {
            (self.first, self.second) = (first, second)
            let client = second.client()
            discovery = DiscoveryClient(client)
            let publisher = EventPublisher(
                endpoints: [first.publishEndpoint, second.publishEndpoint],
                context: first.context,
                logger: first.logger
            )
            let subscriber = Self.subscriber(of: first, second)
            first.run(publisher)
            first.run(subscriber)
            let listener = Self.subscriber(of: second)
            try await listen(with: listener)
            var configuration = DiscoveryService.Configuration(endpoints: [first.endpoint, second.endpoint])
            configuration.liveness.grace = .seconds(5)
            let service = DiscoveryService(
                configuration,
                client: client,
                events: subscriber,
                publisher: publisher,
                store: MemoryRegistryStore(),
                context: first.context,
                logger: first.logger
            )
            first.run(service)
            try await listener.whenServed(DiscoveryService.name)
        }

        private static func subscriber(of buses: TestBus...) -> EventSubscriber {
            EventSubscriber(
                endpoints: buses.map(\.subscribeEndpoint),
                context: buses[0].context,
                logger: buses[0].logger,
                heartbeat: .milliseconds(200)
            )
        }

        private func listen(with subscriber: EventSubscriber) async throws {
            second.run(subscriber)
            let subscription = try await subscriber.subscribe(to: "registry.")
            Task { [events] in
                for await case .events(let batch) in subscription { batch.forEach(events.record) }
            }
        }

        /// A worker of both brokers.
        func addWorker(_ service: String, isEverywhere: Bool = true) async throws -> BusWorker {
            let configuration = BusWorker.Configuration(
                service: service,
                endpoints: [first.endpoint, second.endpoint],
                heartbeat: .milliseconds(200)
            )
            let worker = BusWorker(configuration, context: first.context, logger: first.logger) { _ in .empty() }
            first.run(worker)
            if isEverywhere { try await worker.whenReadyEverywhere } else { try await worker.whenReady }
            return worker
        }

        func hear(_ brief: String, count: Int = 1) async throws {
            try await events.wait { $0.count { $0.brief == brief } >= count }
        }

        func instances(of service: String) async throws -> Int? { try await discovery.entry(service)?.instances }
    }

    private func withDesk(_ body: (Desk) async throws -> Void) async throws {
        try await withTestBus(.tcp, heartbeat: .milliseconds(500)) { first in
            try await withTestBus(.tcp, heartbeat: .milliseconds(500)) { second in
                try await body(Desk(first, second))
            }
        }
    }

    @Test func aWorkerOfTwoBrokersIsOneInstance() async throws {
        try await withDesk { desk in
            _ = try await desk.addWorker("text")
            let other = try await desk.addWorker("text")
            try await desk.hear("changed text: a worker has come")
            #expect(try await desk.instances(of: "text") == 2)
            try await desk.first.shutDown(other)
            try await desk.hear("changed text: a worker has gone")
            #expect(try await desk.instances(of: "text") == 1)
        }
    }

    @Test func aBrokerThatDiesTakesNoServiceWithIt() async throws {
        try await withDesk { desk in
            let worker = try await desk.addWorker("text")
            try await desk.hear("registered text")
            let id = try await desk.discovery.entry("text")?.registryID
            try await desk.first.stopBroker()
            _ = try await desk.addWorker("later", isEverywhere: false)
            try await desk.hear("registered later")
            #expect(try await desk.discovery.entry("text")?.registryID == id)
            #expect(try await desk.instances(of: "text") == 1)
            try await desk.first.startBroker()
            try await desk.first.shutDown(worker)
            try await desk.hear("evicted text: no worker for 5.0 seconds")
            #expect(desk.events.elements.filter { $0.brief.hasPrefix("evicted") }.count == 1)
        }
    }
}
