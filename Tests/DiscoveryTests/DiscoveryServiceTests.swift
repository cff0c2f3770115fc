import Bus
import Discovery
import JSON
import Support
import Testing

/// Discovery on a real bus.
@Suite(.timeLimit(.minutes(1)))
struct DiscoveryServiceTests {
    /// What a test of discovery needs: a client, and the events of the registry from the beginning.
    private struct Desk {
        let bus: TestBus
        let store: MemoryRegistryStore
        let client: BusClient
        let discovery: DiscoveryClient
        let events = Recorder<Event>()
        private let subscriber: EventSubscriber
        private let publisher: EventPublisher

        init(on bus: TestBus) async throws {
            self.bus = bus
            store = MemoryRegistryStore()
            client = bus.client()
            discovery = DiscoveryClient(client)
            subscriber = bus.subscriber()
            publisher = try await bus.publisher()
            let subscription = try await subscriber.subscribe(to: "registry.")
            Task { [events] in
                for await case .events(let batch) in subscription { batch.forEach(events.record) }
            }
        }

        /// Starts discovery and returns when it can be asked.
        @discardableResult
        func start(_ liveness: LivenessConfiguration = .init()) async throws -> DiscoveryService {
            var configuration = DiscoveryService.Configuration(endpoint: bus.endpoint)
            configuration.liveness = liveness
            let service = DiscoveryService(
                configuration,
                client: client,
                events: subscriber,
                publisher: publisher,
                store: store,
                context: bus.context,
                logger: bus.logger
            )
            bus.run(service)
            try await service.whenReady
            return service
        }

        func startDirectory() -> Directory {
            let directory = Directory(client: client, events: subscriber, logger: bus.logger)
            bus.run(directory)
            return directory
        }

        /// Returns when discovery's worker has found the broker that is there now.
        func whenServed() async throws { try await subscriber.whenServed("discovery") }

        /// Waits for an event such as `registered text`, of which so many came before.
        func hear(_ brief: String, count: Int = 1) async throws {
            try await events.wait { $0.count { $0.brief == brief } >= count }
        }
    }

    private func withDesk(
        heartbeat: Duration = .seconds(1),
        _ body: (Desk) async throws -> Void
    ) async throws {
        try await withTestBus(heartbeat: heartbeat) { bus in try await body(Desk(on: bus)) }
    }

    private func addWorker(_ service: String, tags: [String] = [], to bus: TestBus) async throws -> BusWorker {
        let tags = JSONValue.array(tags.map(JSONValue.string))
        return try await bus.worker(service, announcement: ["tags": tags]) { _ in .empty() }
    }

    @Test func whoIsOnTheBusIsListedAndDiscoveryToo() async throws {
        try await withDesk { desk in
            _ = try await addWorker("early", tags: ["t"], to: desk.bus)
            try await desk.start()
            _ = try await addWorker("late", tags: ["t"], to: desk.bus)
            try await desk.hear("registered early")
            try await desk.hear("registered late")
            try await desk.hear("registered discovery")
            #expect(try await desk.discovery.find(RegistryQuery(tag: "t")).map(\.serviceName) == ["early", "late"])
            #expect(try await desk.discovery.entry("discovery")?.health == .passing)
            #expect(try await desk.discovery.entry("nobody") == nil)
        }
    }

    @Test func aServiceLeavesAfterItsLastWorker() async throws {
        try await withDesk { desk in
            var liveness = LivenessConfiguration()
            liveness.grace = .milliseconds(50)
            try await desk.start(liveness)
            let worker = try await addWorker("text", to: desk.bus)
            try await desk.hear("registered text")
            try await desk.bus.shutDown(worker)
            try await desk.hear("changed text: its last worker has gone")
            try await desk.hear("evicted text: no worker for 0.05 seconds")
            #expect(try await desk.discovery.entry("text") == nil)
        }
    }

    @Test func aRestartedDiscoveryKnowsItsEntries() async throws {
        try await withDesk { desk in
            let first = try await desk.start()
            _ = try await addWorker("text", to: desk.bus)
            try await desk.hear("registered text")
            let id = try await desk.discovery.register(Registration(serviceName: "http", serviceURL: "http://h"))
            let bound = try await desk.discovery.bind(id, to: id)
            let before = try await desk.discovery.find()
            try await desk.bus.shutDown(first)
            await #expect(throws: BusError.self) { try await desk.discovery.find() }
            try await desk.start()
            try await desk.hear("changed text: a worker has come")
            #expect(try await desk.discovery.find().map(\.registryID) == before.map(\.registryID))
            #expect(try await desk.discovery.entry("text")?.health == .passing)
            try await desk.discovery.unbind(bound)
        }
    }

    @Test func aBrokerThatStartsAgainCostsNoEntry() async throws {
        try await withDesk(heartbeat: .milliseconds(500)) { desk in
            try await desk.start()
            let directory = desk.startDirectory()
            _ = try await addWorker("text", tags: ["t"], to: desk.bus)
            try await desk.hear("registered text")
            let id = try await desk.discovery.entry("text")?.registryID
            try await desk.bus.stopBroker()
            try await desk.bus.startBroker()
            _ = try await addWorker("later", to: desk.bus)
            try await desk.hear("registered later")
            try await desk.whenServed()
            #expect(try await desk.discovery.entry("text")?.registryID == id)
            #expect(await directory.find(tag: "t").map(\.registryID) == [id])
        }
    }

    @Test func aServiceThatDoesNotAnswerPingsIsEvicted() async throws {
        try await withDesk { desk in
            var liveness = LivenessConfiguration()
            liveness.pingInterval = .milliseconds(10)
            try await desk.start(liveness)
            let asked = Recorder<String>()
            try await desk.bus.worker("http-egress", announcement: ["internal": true]) { request in
                let id = request.annotations[Annotations.id] ?? ""
                asked.record("\(request.operation) \(id)")
                if asked.elements.count < 3 { return .json(["status": "ok"]) }
                throw Problem(.badGateway, "Connection refused")
            }
            let registration = Registration(serviceName: "h", serviceURL: "http://h", pingURL: "http://h/ping")
            let id = try await desk.discovery.register(registration)
            try await desk.hear("evicted h: 3 pings in a row failed: Connection refused")
            #expect(asked.elements == Array(repeating: "ping \(id)", count: 5))
            #expect(try await desk.discovery.entry(id) == nil)
        }
    }

    @Test func aBusyWayOutSaysNothingOfAService() async throws {
        try await withDesk { desk in
            var liveness = LivenessConfiguration()
            liveness.pingInterval = .milliseconds(10)
            liveness.pingTimeout = .milliseconds(10)
            try await desk.start(liveness)
            let asked = Recorder<String>()
            try await desk.bus.worker("http-egress", announcement: ["internal": true]) { request in
                asked.record(request.annotations[Annotations.pingTimeout] ?? "")
                if asked.elements.count < 5 { try await Task.sleep(for: .seconds(60)) }
                throw Problem.notSent(.serviceUnavailable, "too busy")
            }
            let registration = Registration(serviceName: "h", serviceURL: "http://h", pingURL: "http://h/ping")
            let id = try await desk.discovery.register(registration)
            try await asked.wait(forCount: 10)
            #expect(Set(asked.elements) == ["10"])
            #expect(try await desk.discovery.entry(id)?.health == .passing)
        }
    }

    @Test func aDirectoryFollowsAndAsksForWhatItMisses() async throws {
        try await withDesk { desk in
            let directory = desk.startDirectory()
            #expect(await directory.find(tag: "t") == [], "nobody is there to ask yet")
            try await desk.start()
            await directory.whenLoaded()
            _ = try await addWorker("text", tags: ["t"], to: desk.bus)
            try await desk.hear("registered text")
            #expect(await directory.find(tag: "t").map(\.serviceName) == ["text"])
            let id = try await desk.discovery.register(Registration(serviceName: "h", serviceURL: "http://h"))
            #expect(await directory.entry(id)?.serviceURL == "http://h", "asked, if the event is still under way")
            #expect(await directory.entry("h")?.registryID == id)
            #expect(await directory.entry("nobody") == nil)
        }
    }

    @Test func aDirectoryHearsOfDiscoveryThatStartsAgain() async throws {
        try await withDesk { desk in
            let first = try await desk.start()
            let directory = desk.startDirectory()
            await directory.whenLoaded()
            _ = try await desk.discovery.register(Registration(serviceName: "h", serviceURL: "http://h", tags: ["t"]))
            try await desk.hear("registered h")
            try await desk.bus.shutDown(first)
            let entries = try await desk.store.load().entries
            let gone = try #require(entries.first { $0.serviceName == "h" })
            try await desk.store.apply([.remove(registryID: gone.registryID)])
            try await desk.start()
            try await desk.hear("changed discovery: a worker has come")
            _ = try await addWorker("text", tags: ["u"], to: desk.bus)
            try await desk.hear("registered text")
            // Its snapshot and these events travel on their own; the entry that went is the last to be sure of.
            while await directory.entries().contains(where: { $0.serviceName == "h" }) { await Task.yield() }
            #expect(await directory.find(tag: "u").map(\.serviceName) == ["text"])
        }
    }
}
