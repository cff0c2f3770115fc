import Bus
import EngineService
import JSON
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct CustomCommandTests {
    private let design = changing(
        personDesign,
        at: ["commands", "greet"],
        to: [
            "inputs": ["required": ["name"], "optional": ["age"], "defaults": ["age": 1]],
            "output": ["type": "greeting", "returns": "object"], "transitionType": ["reversible": true],
        ]
    )

    private let reverted = EngineAnswer.done(.ok, ["status": "reverted"])
    private let noop = EngineAnswer.done(.ok, ["status": "noop"])

    @Test func aDefinedCommandIsCalledWithTheDeclaredInputs() async throws {
        var engine = try makeEngine(design)
        engine.command("greet") { context in
            #expect(context.inputs == ["name": "Ada", "age": 1])
            #expect(context.id == "7")
            #expect(context.requestID == "r1")
            #expect(!context.isRepeated)
            return ["text": .string("Hello, \(context["name"]?.stringValue ?? "")")]
        }
        let answer = try await engine.person("greet", id: "7", ["name": "Ada", "other": 1], requestID: "r1")
        #expect(answer == .done(.ok, ["result": ["text": "Hello, Ada"]]))
    }

    @Test func itsInputsAreCheckedBeforeItIsCalled() async throws {
        var engine = try makeEngine(design)
        engine.command("greet") { _ in
            Issue.record("it was called")
            return .null
        }
        #expect(try await engine.person("greet").refusal == "400 Missing required input: name")
        #expect(
            try await engine.person("greet", ["name": 7]).refusal
                == "400 Invalid value for 'name': '7'. Must be a string"
        )
    }

    @Test func aKnownRequestIsNotDoneAgain() async throws {
        let calls = Counter()
        var engine = try makeEngine(design)
        engine.command("greet") { _ in ["call": JSONValue(calls.next())] }
        let first = try await engine.person("greet", ["name": "Ada"], requestID: "r1")
        #expect(try await engine.repeat(["requestId": "r1"]) == first)
        #expect(try await engine.person("greet", ["name": "Ada"], requestID: "r1") == first)
        #expect(calls.value == 1)
    }

    @Test func manyCallsOfOneRequestRunOnce() async throws {
        let calls = Counter()
        var engine = try makeEngine(design)
        engine.command("greet") { _ in
            await Task.yield()
            return ["call": JSONValue(calls.next())]
        }
        let finished = engine
        try await withThrowingTaskGroup { group in
            for _ in 0..<20 {
                group.addTask { _ = try await finished.person("greet", ["name": "Ada"], requestID: "r1") }
            }
            try await group.waitForAll()
        }
        #expect(calls.value == 1)
    }

    @Test func itMayRefuse() async throws {
        var engine = try makeEngine(design)
        engine.command("greet") { context in
            if context.isRepeated { throw Refusal(.conflict, "Not twice") }
            throw Problem(.notFound, "Nobody there")
        }
        #expect(try await engine.person("greet", ["name": "Ada"]).refusal == "404 Nobody there")
        #expect(try await engine.repeat(message("greet", ["name": "Ada"])).refusal == "409 Not twice")
    }

    @Test func anErrorIsThrownAndTheRequestMayComeAgain() async throws {
        let calls = Counter()
        var engine = try makeEngine(design)
        engine.command("greet") { _ in
            if calls.next() == 1 { throw Broken() }
            return ["text": "Hello"]
        }
        let finished = engine
        await #expect(throws: Broken.self) { try await finished.person("greet", ["name": "Ada"], requestID: "r1") }
        #expect(try await finished.repeat(message("greet", ["name": "Ada"], requestID: "r1")).status == 200)
    }

    @Test func itsRevertIsCalledWithWhatItWasCalledWithAndGave() async throws {
        let reverts = Counter()
        var engine = try makeEngine(design)
        engine.command("greet") { _ in
            ["text": "Hello"]
        } revert: { context, result in
            #expect(context["name"] == "Ada")
            #expect(result == ["text": "Hello"])
            _ = reverts.next()
        }
        _ = try await engine.person("greet", ["name": "Ada"], requestID: "r1")
        #expect(try await engine.revert(["requestId": "r1"]) == reverted)
        #expect(try await engine.revert(["requestId": "r1"]) == noop)
        #expect(try await engine.person("greet", ["name": "Ada"], requestID: "r1").status == 409)
        #expect(reverts.value == 1)
    }

    @Test func aRevertThatFailsMayBeTriedAgain() async throws {
        let reverts = Counter()
        var engine = try makeEngine(design)
        engine.command("greet") { _ in
            ["text": "Hello"]
        } revert: { _, _ in
            if reverts.next() == 1 { throw Broken() }
        }
        let finished = engine
        _ = try await finished.person("greet", ["name": "Ada"], requestID: "r1")
        await #expect(throws: Broken.self) { try await finished.revert(["requestId": "r1"]) }
        #expect(try await finished.revert(["requestId": "r1"]) == reverted)
    }

    @Test func whatDidNotEndIsRevertedToo() async throws {
        let reverts = Counter()
        var engine = try makeEngine(design)
        engine.command("greet") { _ in
            throw Broken()
        } revert: { _, result in
            #expect(result == nil)
            _ = reverts.next()
        }
        let finished = engine
        await #expect(throws: Broken.self) { try await finished.person("greet", ["name": "Ada"], requestID: "r1") }
        #expect(try await finished.revert(["requestId": "r1"]) == reverted)
        #expect(reverts.value == 1)
    }

    /// The order of two engines on one store: the revert is there before the command has ended.
    @Test func aRevertThatCameMeanwhileWins() async throws {
        let store = MemoryEngineStore()
        let results = Mutex<[JSONValue?]>([])
        var other = try makeEngine(design, store: store)
        other.command("greet") { _ in
            .null
        } revert: { _, result in
            results.withLock { $0.append(result) }
        }
        let reverting = other
        var engine = try makeEngine(design, store: store)
        engine.command("greet") { [reverted] _ in
            let answer = try await reverting.revert(["requestId": "r1"])
            #expect(answer == reverted)
            return ["text": "Hello"]
        } revert: { _, result in
            results.withLock { $0.append(result) }
        }
        let answer = try await engine.person("greet", ["name": "Ada"], requestID: "r1")
        #expect(answer.refusal == "409 Request r1 was reverted.")
        #expect(results.withLock { $0 } == [nil, ["text": "Hello"]])
        #expect(try await engine.revert(["requestId": "r1"]) == noop)
        #expect(try await engine.person("greet", ["name": "Ada"], requestID: "r1").status == 409)
    }

    @Test func whatEndsWhileItIsRevertedIsRevertedWithItsResult() async throws {
        let store = MemoryEngineStore()
        let results = Mutex<[JSONValue?]>([])
        let (ends, end) = AsyncStream<Void>.makeStream()
        let (starts, start) = AsyncStream<Void>.makeStream()
        var engine = try makeEngine(design, store: store)
        engine.command("greet") { _ in
            start.yield()
            for await _ in ends { break }
            return ["text": "Hello"]
        } revert: { _, _ in
            Issue.record("the other engine reverts")
        }
        let performing = engine
        async let answer = performing.person("greet", ["name": "Ada"], requestID: "r1")
        for await _ in starts { break }
        var other = try makeEngine(design, store: store)
        other.command("greet") { _ in
            .null
        } revert: { _, result in
            results.withLock { $0.append(result) }
            guard result == nil else { return }
            end.yield()
            while try await store.read({ try $0.receipt("r1")?.state }) == .started { await Task.yield() }
        }
        #expect(try await other.revert(["requestId": "r1"]) == reverted)
        #expect(try await answer.status == 200)
        #expect(results.withLock { $0 } == [nil, ["text": "Hello"]])
        #expect(try await performing.person("greet", ["name": "Ada"], requestID: "r1").status == 409)
    }

    @Test func withoutARevertItStays() async throws {
        var engine = try makeEngine(design)
        engine.command("greet") { _ in ["text": "Hello"] }
        _ = try await engine.person("greet", ["name": "Ada"], requestID: "r1")
        #expect(try await engine.revert(["requestId": "r1"]) == noop)
    }

    @Test func itMayTakeThePlaceOfADefaultCommandAndUseTheStore() async throws {
        var engine = try makeEngine()
        engine.command("create") { context in
            try await context.store.write { store in
                .object(try store.put(["id": "fixed", "by": "hand"], id: "fixed").value)
            }
        }
        _ = try await engine.person("create", ["name": "Ada"])
        #expect(try await engine.persons() == [["id": "fixed", "by": "hand"]])
    }

    @Test func aCommandWithoutABehaviourIsAFault() throws {
        let error = #expect(throws: DesignError.self) { try makeEngine(design).validate() }
        #expect(error?.faults.map(\.pointer.description) == ["/commands/greet"])
    }

    @Test func aBehaviourWithoutACommandIsAFault() throws {
        var engine = try makeEngine()
        engine.command("greet") { _ in .null }
        let finished = engine
        let error = #expect(throws: DesignError.self) { try finished.validate() }
        #expect(error?.faults.map(\.pointer.description) == ["/commands/greet"])
    }
}

private struct Broken: Error {}

/// Counts calls of closures that may run anywhere.
private final class Counter: Sendable {
    private let count = Mutex(0)

    var value: Int { count.withLock { $0 } }

    func next() -> Int {
        count.withLock {
            $0 += 1
            return $0
        }
    }
}
