import Bus
import JSON
import Testing

@testable import SharedState

@Suite(.timeLimit(.minutes(1))) struct StateRestoreTests {
    private let desk = StateDesk()

    private func restore(_ id: String, to version: Int, _ annotations: Annotations = [:]) async throws -> BusReply {
        try await desk.ask("restore", id, ["version": JSONValue(version)], annotations)
    }

    @Test func theContentOfAVersionComesBackAsANewVersionWithItsAuthor() async throws {
        _ = try await desk.ask("create", nil, ["id": "one", "a": 1])
        _ = try await desk.ask("merge", "one", ["a": 2, "b": ["c": 3]])
        _ = try await desk.ask("patch", "one", ["op": "add", "path": "/b/d", "value": 4])
        let reply = try await restore("one", to: 1, [Annotations.client: "job/7"])
        #expect(reply.status == .ok)
        #expect(reply.annotations[Annotations.etag] == "\"4\"")
        #expect(try reply.json()["status"] == "restored")
        #expect(try reply.json()["state"]?["content"] == ["a": 1])
        #expect(try await desk.content("one") == #"{"a":1}"#)
        let event = try #require(desk.events.last)
        #expect(event.type == "platform.state.changed")
        #expect(event.data["who"] == "job/7")
        #expect(try await restore("one", to: 3).json()["state"]?["content"] == ["a": 2, "b": ["c": 3, "d": 4]])
    }

    @Test func whatOthersChangedSinceIsUndoneToo() async throws {
        _ = try await desk.ask("create", nil, ["id": "one", "list": [1]])
        _ = try await desk.ask("merge", "one", ["mine": 1], [Annotations.client: "me"])
        let addition: JSONValue = ["op": "add", "path": "/list/-", "value": 2]
        _ = try await desk.ask("patch", "one", addition, [Annotations.client: "you"])
        _ = try await restore("one", to: 1)
        #expect(try await desk.content("one") == #"{"list":[1]}"#)
    }

    @Test func aRestorationThatWasMadeIsNotMadeAgain() async throws {
        _ = try await desk.ask("create", nil, ["id": "one", "a": 1])
        _ = try await desk.ask("merge", "one", ["a": 2])
        let first = try await restore("one", to: 1)
        #expect(try await restore("one", to: 1) == first)
        #expect(try await restore("one", to: 3) == first)
        #expect(desk.events.count == 3)
    }

    @Test func textComesBackToTheLetter() async throws {
        let text = #"{"z":1.0,"a":[1e0,{"y":1,"x":2}],"n":12345678901234567890}"#
        _ = try await desk.send("merge", "one", Array(text.utf8))
        let patches: [JSONValue] = [
            [["op": "remove", "path": "/z"], ["op": "add", "path": "/z", "value": 1]],
            [["op": "replace", "path": "/a/0", "value": 1]],
            [["op": "remove", "path": "/a/1/y"], ["op": "add", "path": "/a/1/y", "value": 1]],
        ]
        for patch in patches {
            _ = try await desk.ask("patch", "one", patch, [Annotations.contentType: "application/json-patch+json"])
        }
        #expect(try await desk.content("one") != text)
        _ = try await restore("one", to: 1)
        #expect(try await desk.content("one") == text)
    }

    @Test func aDocumentThatWasDeletedComesBack() async throws {
        let created = try await desk.ask("create", nil, ["id": "one", "a": 1])
        _ = try await desk.ask("merge", "one", ["b": 2])
        _ = try await desk.ask("delete", "one")
        let reply = try await restore("one", to: 2)
        #expect(try await desk.content("one") == #"{"a":1,"b":2}"#)
        #expect(try reply.json()["state"]?["createdAt"]?.stringValue == created.annotations[Annotations.lastModified])
        #expect(desk.events.last?.type == "platform.state.created")
        _ = try await restore("one", to: 3)
        #expect(try await desk.refusal("read", "one")?.status == .notFound)
    }

    @Test(arguments: [0, 1])
    func beforeItsCreationThereIsNoDocument(_ version: Int) async throws {
        _ = try await desk.ask("create", nil, ["id": "one"])
        _ = try await desk.ask("delete", "one")
        _ = try await desk.ask("create", nil, ["id": "one", "a": 1])
        _ = try await desk.ask("merge", "one", ["a": 2])
        let reply = try await restore("one", to: version == 0 ? 0 : 2)
        #expect(reply.status == .noContent)
        #expect(reply.annotations[Annotations.etag] == "\"5\"")
        #expect(try await desk.refusal("read", "one")?.status == .notFound)
        #expect(try await restore("one", to: version == 0 ? 0 : 2) == reply)
        #expect(desk.events.count == 5)
    }

    @Test func whatNeverWasIsAsItWasAtVersionNought() async throws {
        #expect(try await restore("none", to: 0).status == .noContent)
        #expect(desk.events.isEmpty)
    }

    @Test func aVersionThatIsStillToComeIs409() async throws {
        _ = try await desk.ask("create", nil, ["id": "one"])
        let problem = try await desk.refusal("restore", "one", ["version": 2])
        #expect(problem?.status == .conflict)
        #expect(problem?.sentence == "The state document 'one' has no version 2: its newest is 1.")
    }

    @Test(arguments: [[:], ["version": -1], ["version": "1"], ["version": 1.5], []] as [JSONValue])
    func aVersionThatIsNoneIs400(_ body: JSONValue) async throws {
        _ = try await desk.ask("create", nil, ["id": "one"])
        #expect(try await desk.refusal("restore", "one", body)?.status == .badRequest)
    }

    @Test func overWhatIsTooLongToBeKeptThereIsNoWayBack() async throws {
        let desk = StateDesk(history: StateHistoryLimits(patch: 100, content: 200))
        let (some, much) = (String(repeating: "s", count: 150), String(repeating: "m", count: 300))
        _ = try await desk.ask("replace", "one", ["a": .string(some)])
        _ = try await desk.ask("replace", "one", ["a": .string(much)])
        _ = try await desk.ask("replace", "one", ["a": 1])
        let history = try #require(try await desk.ask("history", "one").json().arrayValue)
        #expect(history.map { $0["patch"]?.isNull } == [true, true, false])
        let problem = try await desk.refusal("restore", "one", ["version": 2])
        #expect(problem?.status == .conflict)
        #expect(problem?.sentence == "The history of the state document 'one' does not reach back over version 3.")
        #expect(problem?.members == ["version": 3])
        #expect(try await desk.refusal("restore", "one", ["version": 1])?.status == .conflict)
        #expect(try await desk.content("one") == #"{"a":1}"#)
        _ = try await desk.ask("replace", "two", ["a": .string(some)])
        _ = try await desk.ask("replace", "two", ["a": 1])
        _ = try await desk.ask("restore", "two", ["version": 1])
        #expect(try await desk.ask("read", "two").json()["a"] == .string(some))
    }

    @Test func itMayWantAVersionOfTheDocument() async throws {
        _ = try await desk.ask("create", nil, ["id": "one", "a": 1])
        _ = try await desk.ask("merge", "one", ["a": 2])
        let stale: Annotations = [Annotations.ifMatch: "\"1\""]
        #expect(try await desk.refusal("restore", "one", ["version": 1], stale)?.status == .preconditionFailed)
        _ = try await restore("one", to: 1, [Annotations.ifMatch: "\"2\""])
        #expect(try await desk.content("one") == #"{"a":1}"#)
    }

    @Test func aKeyHoldsForARestorationToo() async throws {
        let key: Annotations = [StateChangeKey.annotation: "k1"]
        _ = try await desk.ask("create", nil, ["id": "one", "a": 1])
        _ = try await desk.ask("merge", "one", ["a": 2])
        let first = try await restore("one", to: 1, key)
        _ = try await desk.ask("merge", "one", ["a": 3])
        #expect(try await restore("one", to: 1, key) == first)
        #expect(try await desk.content("one") == #"{"a":3}"#)
    }

    @Test(arguments: [41, 42, 43] as [UInt64])
    func everyVersionOfALongHistoryCanBeReached(seed: UInt64) async throws {
        var random = SeededChanges(seed: seed)
        var contents: [String?] = [nil]
        for _ in 1...100 {
            if random.below(10) == 0, contents.last != .some(nil) {
                _ = try await desk.ask("delete", "one")
                contents.append(nil)
            } else {
                _ = try await desk.send("replace", "one", Array(random.content().utf8))
                contents.append(try await desk.content("one"))
            }
        }
        for version in [0, 100, 50] + (0..<20).map({ _ in random.below(101) }) {
            _ = try await restore("one", to: version)
            let content = try? await desk.content("one")
            #expect(content == contents[version], "version \(version)")
        }
    }
}

/// Contents that have some members in common, made from a seed.
private struct SeededChanges {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func below(_ bound: UInt64) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % bound)
    }

    mutating func content() -> String {
        let values = ["1", "1.0", "[1,2,3]", "[1,3]", #"{"x":1,"y":2}"#, #"{"y":2,"x":1}"#]
        var members: [String] = []
        for name in ["a", "b", "c", "d"].shuffledOnce(by: below(24)) where below(3) > 0 {
            members.append(#""\#(name)":\#(values[below(6)])"#)
        }
        return "{\(members.joined(separator: ","))}"
    }
}

extension [String] {
    /// One of the orders that its elements may have.
    fileprivate func shuffledOnce(by number: Int) -> [String] {
        var (rest, result, number) = (self, [String](), number)
        while !rest.isEmpty {
            result.append(rest.remove(at: number % rest.count))
            number /= rest.count + 1
        }
        return result
    }
}
