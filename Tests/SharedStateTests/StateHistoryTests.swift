import Bus
import JSON
import Synchronization
import Testing

@testable import SharedState

@Suite(.timeLimit(.minutes(1))) struct StateHistoryTests {
    private let desk = StateDesk()

    private func versions(_ reply: BusReply) throws -> [Int] {
        try #require(try reply.json().arrayValue).compactMap { $0["version"]?.intValue }
    }

    @Test func everyChangeIsToldWithItsTimeAuthorAndPatch() async throws {
        _ = try await desk.ask("create", nil, ["id": "one", "a": 1], [Annotations.client: "job/7"])
        _ = try await desk.ask("merge", "one", ["b": 2])
        _ = try await desk.ask("delete", "one")
        let reply = try await desk.ask("history", "one")
        #expect(
            try reply.json() == [
                [
                    "version": 1, "time": "2026-01-31T09:15:00.123Z", "author": "job/7",
                    "patch": [["op": "add", "path": "", "value": ["a": 1]]],
                ],
                [
                    "version": 2, "time": "2026-01-31T09:15:00.124Z", "author": nil,
                    "patch": [["op": "add", "path": "/b", "value": 2]],
                ],
                [
                    "version": 3, "time": "2026-01-31T09:15:00.125Z", "author": nil,
                    "patch": [["op": "remove", "path": ""]],
                ],
            ]
        )
        #expect(reply.annotations["link"] == nil)
    }

    @Test func whatWasRefusedIsNotInTheHistory() async throws {
        _ = try await desk.ask("create", nil, ["id": "one"])
        _ = try await desk.refusal("create", nil, ["id": "one"])
        _ = try await desk.refusal("merge", "one", ["a": 1], [Annotations.ifMatch: "\"9\""])
        #expect(try versions(await desk.ask("history", "one")) == [1])
    }

    @Test func aHistoryIsReadFromAnyVersionAndPageByPage() async throws {
        for _ in 1...40 { _ = try await desk.ask("merge", "a b", [:]) }
        #expect(try versions(await desk.ask("history", "a b")) == Array(1...40))
        #expect(try versions(await desk.ask("history", "a b", nil, [Annotations.since: "38"])) == [39, 40])
        #expect(try versions(await desk.ask("history", "a b", nil, [Annotations.since: "99"])) == [])
        let page: Annotations = [Annotations.since: "1", Annotations.limit: "2"]
        let reply = try await desk.ask("history", "a b", nil, page)
        #expect(try versions(reply) == [2, 3])
        #expect(reply.annotations["link"] == "</state/a%20b/history?since=3&limit=2>; rel=\"next\"")
        let last = try await desk.ask("history", "a b", nil, [Annotations.since: "8", Annotations.limit: "32"])
        #expect(try versions(last).count == 32)
        #expect(last.annotations["link"] == nil)
    }

    @Test func longPatchesMakeShorterPages() async throws {
        let long = JSONValue.string(String(repeating: "x", count: 250_000))
        for number in 0..<20 { _ = try await desk.ask("replace", "one", ["n": JSONValue(number), "s": long]) }
        for number in 0..<20 { _ = try await desk.ask("replace", "one", ["n": JSONValue(number), "s": .string("y")]) }
        let reply = try await desk.ask("history", "one")
        #expect(reply.body.count < 6 << 20)
        #expect(try versions(reply).last == 40)
        let alternating = StateDesk()
        for number in 0..<40 {
            _ = try await alternating.ask("replace", "one", ["s": number.isMultiple(of: 2) ? long : "y"])
        }
        let page = try await alternating.ask("history", "one")
        #expect(page.body.count < 6 << 20)
        #expect(page.annotations["link"] != nil)
    }

    @Test(arguments: ["-1", "x", "", "1.5"])
    func aVersionThatIsNoneIs400(_ since: String) async throws {
        _ = try await desk.ask("create", nil, ["id": "one"])
        #expect(try await desk.refusal("history", "one", nil, [Annotations.since: since])?.status == .badRequest)
        #expect(try await desk.refusal("history", "one", nil, [Annotations.limit: since])?.status == .badRequest)
    }

    @Test func whatNeverWasIs404() async throws {
        #expect(try await desk.refusal("history", "none") == Problem(.notFound, "State document not found: none"))
    }

    @Test func theHistoryKeepsTheNewestChanges() async throws {
        let desk = StateDesk(history: StateHistoryLimits(count: 10))
        for _ in 1...100 { _ = try await desk.ask("merge", "one", [:]) }
        let versions = try versions(await desk.ask("history", "one"))
        #expect(versions.last == 100)
        #expect(10...25 ~= versions.count)
        #expect(try await desk.refusal("restore", "one", ["version": 50])?.status == .conflict)
    }

    @Test func theHistoryForgetsWhatIsOldAlsoOfDocumentsThatNobodyChanges() async throws {
        let time = Mutex(StateDesk.start)
        let desk = StateDesk(history: StateHistoryLimits(age: .seconds(60))) { time.withLock { $0 } }
        _ = try await desk.ask("merge", "idle", [:])
        time.withLock { $0 = $0 + .seconds(61) }
        for _ in 1...StateTurns.interval { _ = try await desk.ask("merge", "busy", [:]) }
        #expect(try versions(await desk.ask("history", "idle")) == [])
        #expect(try versions(await desk.ask("history", "busy")).count == StateTurns.interval)
    }

    @Test func aChangeWithAKeyIsMadeOnceAndAnsweredAsThen() async throws {
        let key: Annotations = [StateChangeKey.annotation: "k1"]
        _ = try await desk.ask("create", nil, ["id": "one", "list": []])
        let add: JSONValue = ["op": "add", "path": "/list/-", "value": 1]
        let first = try await desk.ask("patch", "one", add, key)
        _ = try await desk.ask("merge", "one", ["b": 2])
        let again = try await desk.ask("patch", "one", add, key)
        #expect(again == first)
        #expect(try await desk.content("one") == #"{"list":[1],"b":2}"#)
        #expect(desk.events.count == 3)
        #expect(try versions(await desk.ask("history", "one")) == [1, 2, 3])
        _ = try await desk.ask("patch", "two", ["op": "merge", "value": [:]], key)
        #expect(try await desk.content("two") == "{}")
    }

    @Test(arguments: ["create", "replace", "merge", "delete"])
    func aKeyHoldsForEveryWrite(_ operation: String) async throws {
        let key: Annotations = [StateChangeKey.annotation: "k1"]
        if operation == "delete" { _ = try await desk.ask("create", nil, ["id": "one"]) }
        let id: String? = operation == "create" ? nil : "one"
        let first = try await desk.ask(operation, id, ["id": "one"], key)
        _ = try await desk.ask("delete", "one")
        let events = desk.events.count
        let again = try await desk.ask(operation, id, ["id": "one"], key)
        #expect(again == first)
        #expect(desk.events.count == events)
        #expect(try await desk.refusal("read", "one")?.status == .notFound)
    }

    @Test func aKeyCountsBeforeTheVersionThatIsWanted() async throws {
        _ = try await desk.ask("create", nil, ["id": "one"])
        let annotations: Annotations = [StateChangeKey.annotation: "k1", Annotations.ifMatch: "\"1\""]
        let first = try await desk.ask("merge", "one", ["a": 1], annotations)
        #expect(try await desk.ask("merge", "one", ["a": 1], annotations) == first)
    }

    @Test func manyRequestsWithOneKeyMakeOneChange() async throws {
        _ = try await desk.ask("create", nil, ["id": "one", "list": []])
        let add: JSONValue = ["op": "add", "path": "/list/-", "value": 1]
        try await withThrowingTaskGroup { group in
            for _ in 0..<50 {
                group.addTask { try await desk.ask("patch", "one", add, [StateChangeKey.annotation: "k1"]) }
            }
            for try await reply in group { #expect(reply.annotations[Annotations.etag] == "\"2\"") }
        }
        #expect(try await desk.content("one") == #"{"list":[1]}"#)
    }

    @Test func aKeyHasALongestLength() async throws {
        let longest = String(repeating: "x", count: StateChangeKey.limit)
        _ = try await desk.ask("merge", "one", [:], [StateChangeKey.annotation: longest])
        let problem = try await desk.refusal("merge", "one", [:], [StateChangeKey.annotation: longest + "x"])
        #expect(problem?.status == .badRequest)
    }
}
