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
        let change = change(document.version)
        try await store.update(document.id) { _ in StateUpdate(.save(document, change), outcome: ()) }
    }

    private func change(_ version: Int, key: String? = nil, _ patch: String? = "[]") -> StateChange {
        StateChange(
            version: version,
            time: Self.start + .seconds(version),
            createdAt: Self.start,
            author: "me",
            key: key,
            patch: patch.map { Array($0.utf8) },
            inverse: patch.map { Array($0.utf8) }
        )
    }

    /// Adds changes to the history of a document, each with what it makes leave it.
    private func record(
        _ changes: [StateChange],
        of id: String,
        forgetting: StateForgetting = StateForgetting(),
        in store: any StateStore
    ) async throws {
        for change in changes {
            let document = document(id, version: change.version)
            try await store.update(id) { _ in
                StateUpdate(.save(document, change), outcome: (), forgetting: forgetting)
            }
        }
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
            let made = change(1)
            let outcome = try await stores.state.update("a") { _ in StateUpdate(.save(new, made), outcome: 42) }
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
            let removal = change(4)
            try await stores.state.update("a") { _ in StateUpdate(.remove(removal), outcome: ()) }
            #expect(try await stores.state.document("a") == nil)
            #expect(try await slot("a", in: stores.state) == StateSlot(removedAt: 4))
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
                            return StateUpdate(.save(next, change(next.version)), outcome: next.version)
                        }
                    }
                }
                let versions = try await group.reduce(into: Set<Int>()) { $0.insert($1) }
                #expect(versions == Set(2...301), "each saw a different version")
            }
        }
    }

    @Test(arguments: Backend.durable)
    func documentsAndRemovalsOutliveTheProcess(_ backend: Backend) async throws {
        let kept = document("kept", #"{"a":1}"#)
        let removal = change(2, key: "k")
        try await afterReopening(backend) { stores in
            try await save(kept, in: stores.state)
            try await save(document("gone"), in: stores.state)
            try await stores.state.update("gone") { _ in StateUpdate(.remove(removal), outcome: ()) }
        } _: { stores in
            let document = try await stores.state.document("kept")
            #expect(document == kept)
            #expect(try await slot("gone", in: stores.state) == StateSlot(removedAt: 2))
            let changes = try await stores.state.changes(of: "gone", after: 0, limit: 9)
            #expect(changes == [change(1), removal])
        }
    }

    @Test(arguments: Backend.allCases)
    func everyChangeIsInTheHistory(_ backend: Backend) async throws {
        try await backend.withStores { stores in
            let text = #"[{"op":"add","path":"/ü","value":["€ 😀","\u0000",12345678901234567890.10]}]"#
            let changes = [
                change(1, text), change(2, key: "k\u{0}1", nil),
                StateChange(version: 3, time: Self.start, createdAt: Self.start, author: "a\u{0}b"),
            ]
            try await record(changes, of: "a", in: stores.state)
            try await record([change(1)], of: "a\u{0}", in: stores.state)
            let removal = change(4, "[1]")
            try await stores.state.update("a") { _ in StateUpdate(.remove(removal), outcome: ()) }
            let all = try await stores.state.changes(of: "a", after: 0, limit: 10)
            #expect(all == changes + [removal])
            #expect(try await stores.state.changes(of: "a", after: 1, limit: 2) == Array(all[1...2]))
            #expect(try await stores.state.changes(of: "a", after: 4, limit: 2).isEmpty)
            #expect(try await stores.state.changes(of: "a", after: 0, limit: 0).isEmpty)
            #expect(try await stores.state.changes(of: "b", after: 0, limit: 2).isEmpty)
        }
    }

    @Test(arguments: Backend.allCases)
    func aChangeIsFoundByItsKeyAmongThoseOfItsDocument(_ backend: Backend) async throws {
        try await backend.withStores { stores in
            func applied(_ id: String, _ key: String?) async throws -> Int? {
                try await stores.state.update(id, key: key) { StateUpdate(.keep, outcome: $0.applied?.version) }
            }
            try await record([change(1, key: "k"), change(2, key: "e\u{301}"), change(3)], of: "a", in: stores.state)
            try await record([change(1, key: "é"), change(2, key: "k")], of: "b", in: stores.state)
            #expect(try await applied("a", "k") == 1)
            #expect(try await applied("b", "k") == 2)
            #expect(try await applied("a", "e\u{301}") == 2)
            #expect(try await applied("a", "é") == nil)
            #expect(try await applied("a", nil) == nil)
            #expect(try await applied("c", "k") == nil)
            let removal = change(4, key: "gone")
            try await stores.state.update("a") { _ in StateUpdate(.remove(removal), outcome: ()) }
            #expect(try await applied("a", "gone") == 4)
        }
    }

    @Test(arguments: Backend.allCases)
    func whatFailsLeavesNoHistory(_ backend: Backend) async throws {
        try await backend.withStores { stores in
            try await record([change(1, key: "k")], of: "a", in: stores.state)
            await #expect(throws: Refusal.self) {
                try await stores.state.update("a") { _ -> StateUpdate<Void> in throw Refusal() }
            }
            try await stores.state.update("a") { _ in
                StateUpdate(.keep, outcome: (), forgetting: StateForgetting(upTo: 9, before: Self.start + .seconds(9)))
            }
            #expect(try await stores.state.changes(of: "a", after: 0, limit: 9) == [change(1, key: "k")])
        }
    }

    @Test(arguments: Backend.allCases)
    func theOldestVersionsOfADocumentAreForgottenFewAtATime(_ backend: Backend) async throws {
        try await backend.withStores { stores in
            func versions(_ id: String) async throws -> [Int] {
                try await stores.state.changes(of: id, after: 0, limit: 1_000).map(\.version)
            }
            let batch = StateForgetting.batch / 2
            try await record([change(1), change(2, key: "k"), change(3)], of: "other", in: stores.state)
            try await record((1...batch + 9).map { change($0, key: "\($0)") }, of: "a", in: stores.state)
            let upTo = StateForgetting(upTo: batch + 5)
            try await record([change(batch + 10)], of: "a", forgetting: upTo, in: stores.state)
            #expect(try await versions("a") == Array(batch + 1...batch + 10))
            try await record([change(batch + 11)], of: "a", forgetting: upTo, in: stores.state)
            #expect(try await versions("a") == Array(batch + 6...batch + 11))
            let key = "\(batch + 5)"
            #expect(try await stores.state.update("a", key: key) { StateUpdate(.keep, outcome: $0.applied == nil) })
            #expect(try await versions("other") == [1, 2, 3])
        }
    }

    @Test(arguments: Backend.allCases)
    func theOldestChangesOfAllDocumentsAreForgottenByTheirAge(_ backend: Backend) async throws {
        try await backend.withStores { stores in
            func versions(_ id: String) async throws -> [Int] {
                try await stores.state.changes(of: id, after: 0, limit: 1_000).map(\.version)
            }
            for version in 1...4 {
                for id in ["a", "b"] { try await record([change(version)], of: id, in: stores.state) }
            }
            let removal = change(5)
            try await stores.state.update("b") { _ in StateUpdate(.remove(removal), outcome: ()) }
            let before = StateForgetting(before: Self.start + .seconds(3))
            try await record([change(7)], of: "c", forgetting: before, in: stores.state)
            #expect(try await versions("a") == [3, 4])
            #expect(try await versions("b") == [3, 4, 5])
            let later = StateForgetting(before: Self.start + .seconds(6))
            try await record([change(8)], of: "c", forgetting: later, in: stores.state)
            #expect(try await versions("a").isEmpty)
            #expect(try await versions("b").isEmpty)
            #expect(try await versions("c") == [7, 8])
            #expect(try await slot("b", in: stores.state) == StateSlot(removedAt: 5))
        }
    }
}

private struct Refusal: Error {}
