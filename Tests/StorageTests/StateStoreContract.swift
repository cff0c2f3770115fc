import Bus
import SharedState
import Storage
import Testing

@Suite(.timeLimit(.minutes(1)))
struct StateStoreContract {
    private static let start = Timestamp(millisecondsSinceEpoch: 1_769_850_900_123)

    private func document(_ id: String, version: Int = 1, _ content: String = "{}") -> StateDocument {
        StateDocument(
            id: id,
            version: version,
            createdAt: Self.start,
            lastModified: Self.start + .seconds(version),
            content: Array(content.utf8)
        )
    }

    private func save(_ document: StateDocument, in store: any StateStore) async throws {
        try await store.update(document.id) { _ in StateUpdate(.save(document), outcome: ()) }
    }

    private func slot(_ id: String, in store: any StateStore) async throws -> StateSlot {
        try await store.update(id) { slot in StateUpdate(.keep, outcome: slot) }
    }

    @Test(arguments: Backend.allCases)
    func whatWasSavedIsThere(_ backend: Backend) async throws {
        try await backend.withStores { stores in
            let content = #"{"ü":"€ 😀","n":12345678901234567890.10,"__proto__":{},"nul":"\u0000"}"#
            let saved = document("a", content)
            try await save(saved, in: stores.state)
            #expect(try await stores.state.document("a") == saved)
            #expect(try await slot("a", in: stores.state) == StateSlot(saved))
            #expect(try await stores.state.document("b") == nil)
            #expect(try await slot("b", in: stores.state) == StateSlot(removedAt: 0))
            let changed = document("a", version: 2)
            try await save(changed, in: stores.state)
            #expect(try await stores.state.document("a") == changed)
        }
    }

    @Test(arguments: Backend.allCases)
    func theOutcomeIsReturnedAndTheErrorThrown(_ backend: Backend) async throws {
        try await backend.withStores { stores in
            let new = document("a")
            let outcome = try await stores.state.update("a") { _ in StateUpdate(.save(new), outcome: 42) }
            #expect(outcome == 42)
            await #expect(throws: Refusal.self) {
                try await stores.state.update("a") { _ -> StateUpdate<Void> in throw Refusal() }
            }
            #expect(try await stores.state.document("a") == new)
        }
    }

    @Test(arguments: Backend.allCases)
    func aRemovalIsRememberedByItsVersion(_ backend: Backend) async throws {
        try await backend.withStores { stores in
            try await save(document("a", version: 3), in: stores.state)
            for _ in 0..<2 {
                try await stores.state.update("a") { _ in StateUpdate(.remove(version: 4), outcome: ()) }
                #expect(try await stores.state.document("a") == nil)
                #expect(try await slot("a", in: stores.state) == StateSlot(removedAt: 4))
            }
            #expect(try await stores.state.summaries(after: nil, limit: 10).isEmpty)
            try await save(document("a", version: 5), in: stores.state)
            #expect(try await slot("a", in: stores.state).version == 5)
        }
    }

    @Test(arguments: Backend.allCases)
    func idsAreTheirBytes(_ backend: Backend) async throws {
        try await backend.withStores { stores in
            let ids = ["Z", "a", "a\u{0}b", "aa", "b", "e\u{301}", "é", "😀"]
            for id in ids.shuffled() { try await save(document(id, #"{"id":1}"#), in: stores.state) }
            let listed = try await stores.state.summaries(after: nil, limit: 100)
            #expect(listed.map { Array($0.id.utf8) } == ids.map { Array($0.utf8) })
            for id in ids {
                #expect(try await stores.state.document(id).map { Array($0.id.utf8) } == Array(id.utf8))
            }
        }
    }

    @Test(arguments: Backend.allCases)
    func aListIsReadPageByPage(_ backend: Backend) async throws {
        try await backend.withStores { stores in
            for number in 10..<35 { try await save(document("d\(number)"), in: stores.state) }
            var seen: [String] = []
            while true {
                let page = try await stores.state.summaries(after: seen.last, limit: 10)
                if page.isEmpty { break }
                seen += page.map(\.id)
            }
            #expect(seen == (10..<35).map { "d\($0)" })
            let first = try await stores.state.summaries(after: nil, limit: 1)
            #expect(first.first?.createdAt == Self.start)
            #expect(first.first?.lastModified == Self.start + .seconds(1))
            #expect(try await stores.state.summaries(after: "d20x", limit: 1).map(\.id) == ["d21"])
            #expect(try await stores.state.summaries(after: nil, limit: 0).isEmpty)
        }
    }

    @Test(arguments: Backend.allCases)
    func updatesOfOneDocumentFollowEachOther(_ backend: Backend) async throws {
        try await backend.withStores { stores in
            let first = document("a")
            try await save(first, in: stores.state)
            try await withThrowingTaskGroup { group in
                for _ in 0..<300 {
                    group.addTask {
                        try await stores.state.update("a") { slot in
                            var next = slot.document ?? first
                            next.version += 1
                            return StateUpdate(.save(next), outcome: next.version)
                        }
                    }
                }
                let versions = try await group.reduce(into: Set<Int>()) { $0.insert($1) }
                #expect(versions == Set(2...301), "each saw a different version")
            }
        }
    }

    @Test func documentsAndRemovalsOutliveTheProcess() async throws {
        let kept = document("kept", #"{"a":1}"#)
        try await afterReopening { stores in
            try await save(kept, in: stores.state)
            try await save(document("gone"), in: stores.state)
            try await stores.state.update("gone") { _ in StateUpdate(.remove(version: 2), outcome: ()) }
        } _: { stores in
            let document = try await stores.state.document("kept")
            #expect(document == kept)
            #expect(try await slot("gone", in: stores.state) == StateSlot(removedAt: 2))
        }
    }
}

private struct Refusal: Error {}
