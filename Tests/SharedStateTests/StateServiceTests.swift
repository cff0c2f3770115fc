import Bus
import JSON
import SharedState
import Support
import Testing

@Suite(.timeLimit(.minutes(1))) struct StateServiceTests {
    /// Lends a bus on which the state service answers.
    private func withState(
        _ transport: TestBus.Transport = .inproc,
        _ body: (TestBus, StateClient) async throws -> Void
    ) async throws {
        try await withTestBus(transport) { bus in
            let service = StateService(
                .init(endpoint: bus.endpoint),
                publisher: try await bus.publisher(),
                store: MemoryStateStore(),
                context: bus.context,
                logger: bus.logger
            )
            bus.run(service)
            try await service.whenReady
            try await body(bus, StateClient(bus.client(), author: "the tests", within: .seconds(30)))
        }
    }

    @Test(arguments: TestBus.Transport.allCases)
    func aDocumentLivesFromItsCreationToItsDeletion(_ transport: TestBus.Transport) async throws {
        try await withState(transport) { _, state in
            let created = try await state.create(id: "an/id", content: ["n": 1])
            #expect(created.id == "an/id")
            #expect(created.version == 1)
            #expect(created.stateURL == "/state/an%2Fid")
            #expect(try await state.merge(["m": [1.5]], into: "an/id") == 2)
            #expect(try await state.add(true, at: ["deep", "er"], of: "an/id") == 3)
            let patch = JSONPatch(operations: [.move(from: ["n"], to: ["m", "-"])])
            #expect(try await state.patch(patch, of: "an/id") == 4)
            let read = try await state.read("an/id")
            #expect(read.content == ["m": [1.5, 1], "deep": ["er": true]])
            #expect(read.version == 4)
            #expect(try await state.value(at: ["m", "0"], of: "an/id").content == 1.5)
            #expect(try await state.replace("an/id", content: [:], ifVersion: 4) == 5)
            try await state.delete("an/id", ifVersion: 5)
            try await state.delete("an/id")
            let problem = await #expect(throws: Problem.self) { try await state.read("an/id") }
            #expect(problem?.status == .notFound)
            #expect(problem?.sentence == "State document not found: an/id")
        }
    }

    @Test func numbersPassUnharmed() async throws {
        try await withState { _, state in
            let content = try JSONValue(
                parsing: #"{"big":18446744073709551617,"long":0.1000000000000000055511151231257827,"one":1.0}"#
            )
            let id = try await state.create(content: content).id
            #expect(try await state.read(id).content.description == content.description)
        }
    }

    @Test func aRefusalIsThrownAsItsProblem() async throws {
        try await withState { _, state in
            _ = try await state.create(id: "one")
            let exists = await #expect(throws: Problem.self) { try await state.create(id: "one") }
            #expect(exists?.status == .conflict)
            let other = await #expect(throws: Problem.self) {
                try await state.merge(["a": 1], into: "one", ifVersion: 2)
            }
            #expect(other?.status == .preconditionFailed)
            #expect(other?.members["version"] == 1)
            let array = await #expect(throws: Problem.self) { try await state.replace("one", content: [1]) }
            #expect(array?.status == .badRequest)
        }
    }

    @Test func withoutTheServiceTheErrorIsTheBus() async throws {
        try await withTestBus { bus in
            let error = await #expect(throws: BusError.self) { try await StateClient(bus.client()).read("one") }
            #expect(error?.code == .noWorker)
        }
    }

    @Test func followersSeeEveryChangeOfTheirDocumentInOrder() async throws {
        try await withState { bus, state in
            let subscription = try await bus.subscriber().subscribe(to: "state.mine")
            _ = try await state.create(id: "other")
            _ = try await state.create(id: "mine", content: ["n": 0])
            try await withThrowingTaskGroup { group in
                for number in 1...50 {
                    group.addTask {
                        _ = try await state.add(JSONValue(number), at: ["list\(number % 5)", "x"], of: "mine")
                    }
                }
                try await group.waitForAll()
            }
            try await state.delete("mine")
            let events = await Self.events(of: subscription, until: "platform.state.deleted")
            #expect(events.map(\.sequence) == Array(1...52))
            #expect(events.first?.type == "platform.state.created")
            #expect(events.allSatisfy { $0.data["who"] == "the tests" && $0.topic == "state.mine" })
        }
    }

    @Test func theServiceAnnouncesWhatItIs() async throws {
        try await withState { bus, _ in
            let snapshot = try await bus.client().request("broker", "workers").json()
            let worker = snapshot["workers"]?.arrayValue?.first { $0["service"] == "shared-state" }
            #expect(worker?["announcement"]?["tags"] == ["state", "store"])
        }
    }

    private static func events(of subscription: EventSubscription, until type: String) async -> [Event] {
        var events: [Event] = []
        for await case .events(let batch) in subscription {
            events += batch
            if events.last?.type == type { break }
        }
        return events
    }
}
