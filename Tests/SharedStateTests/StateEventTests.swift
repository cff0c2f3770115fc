import Bus
import JSON
import Testing

@testable import SharedState

@Suite(.timeLimit(.minutes(1))) struct StateEventTests {
    @Test func everyChangeIsToldWithItsVersionPatchAndAuthor() async throws {
        let desk = StateDesk()
        _ = try await desk.ask("create", nil, ["id": "one", "a": 1], [Annotations.client: "job 7"])
        _ = try await desk.ask("merge", "one", ["b": 2])
        _ = try await desk.ask("patch", "one", ["op": "add", "path": "/c/d", "value": 3])
        _ = try await desk.ask("merge", "one", ["b": 2])
        _ = try await desk.ask("delete", "one")
        _ = try await desk.ask("delete", "one")
        _ = try await desk.ask("merge", "one", [:])
        let told = desk.events.map { "\($0.topic) \($0.sequence) \($0.type) \($0.source) \($0.data)" }
        #expect(
            told == [
                #"state.one 1 platform.state.created /shared-state {"id":"one","version":1,"patch":[{"op":"add","path":"","value":{"a":1}}],"who":"job 7"}"#,
                #"state.one 2 platform.state.changed /shared-state {"id":"one","version":2,"patch":[{"op":"add","path":"/b","value":2}]}"#,
                #"state.one 3 platform.state.changed /shared-state {"id":"one","version":3,"patch":[{"op":"add","path":"/c","value":{"d":3}}]}"#,
                #"state.one 4 platform.state.changed /shared-state {"id":"one","version":4,"patch":[]}"#,
                #"state.one 5 platform.state.deleted /shared-state {"id":"one","version":5}"#,
                #"state.one 6 platform.state.created /shared-state {"id":"one","version":6,"patch":[{"op":"add","path":"","value":{}}]}"#,
            ]
        )
    }

    @Test func aReadAndARefusalTellNothing() async throws {
        let desk = StateDesk()
        _ = try await desk.ask("create", nil, ["id": "one"])
        _ = try await desk.ask("read", "one")
        _ = try await desk.refusal("create", nil, ["id": "one"])
        #expect(desk.events.count == 1)
    }

    @Test func aLongPatchIsLeftOut() async throws {
        let desk = StateDesk()
        let long = JSONValue.string(String(repeating: "x", count: 300_000))
        _ = try await desk.ask("create", nil, ["id": "one", "a": long])
        _ = try await desk.ask("merge", "one", ["b": 1])
        #expect(desk.events[0].data["patch"] == .null)
        #expect(desk.events[1].data["patch"] == [["op": "add", "path": "/b", "value": 1]])
    }

    @Test func theEventsOfWritersAtTheSameTimeAreInOrderAndWithoutAHole() async throws {
        let desk = StateDesk(store: SlowStateStore())
        try await withThrowingTaskGroup { group in
            for number in 0..<200 {
                group.addTask { _ = try await desk.ask("merge", "one", [:]) }
                group.addTask { _ = try await desk.refusal("create", nil, ["id": "one", "n": JSONValue(number)]) }
            }
            try await group.waitForAll()
        }
        #expect(desk.events.map(\.sequence) == Array(1...UInt64(desk.events.count)))
        #expect(desk.events.count >= 200)
    }

    @Test func followersCanRebuildTheDocumentFromThePatches() async throws {
        let desk = StateDesk()
        _ = try await desk.ask("create", nil, ["id": "one", "list": [1, 2, 3]])
        _ = try await desk.ask("patch", "one", ["op": "add", "path": "/list/-", "value": ["a": 1]])
        _ = try await desk.ask("patch", "one", ["op": "add", "path": "/list/3/b", "value": 2])
        _ = try await desk.ask("replace", "one", ["list": [2, 3], "n": 1])
        let rebuilt = try desk.events.reduce(JSONValue.null) { value, event in
            try JSONPatch(try #require(event.data["patch"])).applied(to: value)
        }
        #expect(try await desk.ask("read", "one").json() == rebuilt)
    }
}

/// A store whose callers wake in any order after their change is done, as those of a database do.
private struct SlowStateStore: StateStore {
    private let store = MemoryStateStore()

    func document(_ id: String) async throws -> StateDocument? {
        try await store.document(id)
    }

    func summaries(after id: String?, limit: Int) async throws -> [StateSummary] {
        try await store.summaries(after: id, limit: limit)
    }

    func changes(of id: String, after version: Int, limit: Int) async throws -> [StateChange] {
        try await store.changes(of: id, after: version, limit: limit)
    }

    func update<Outcome: Sendable>(
        _ id: String,
        key: String?,
        _ decide: @escaping @Sendable (StateSlot) throws -> StateUpdate<Outcome>
    ) async throws -> Outcome {
        let outcome = try await store.update(id, key: key, decide)
        for _ in 0..<Int.random(in: 0..<20) { await Task.yield() }
        return outcome
    }
}
