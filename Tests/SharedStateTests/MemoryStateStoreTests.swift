import Bus
import Testing

@testable import SharedState

@Suite struct MemoryStateStoreTests {
    private let store = MemoryStateStore()

    private func document(_ id: String, _ version: Int = 1) -> StateDocument {
        StateDocument(
            id: id,
            version: version,
            createdAt: StateDesk.start,
            lastModified: StateDesk.start,
            content: [0x7B, 0x7D]
        )
    }

    private func change(_ version: Int, key: String? = nil, size: Int = 2) -> StateChange {
        StateChange(
            version: version,
            time: StateDesk.start + .seconds(version),
            createdAt: StateDesk.start,
            key: key,
            patch: Array(repeating: 0x20, count: size)
        )
    }

    @Test func whatWasSavedIsThere() async throws {
        let document = document("one")
        let change = change(1)
        try await store.update("one") { slot in
            #expect(slot == StateSlot(removedAt: 0))
            return StateUpdate(.save(document, change), outcome: ())
        }
        #expect(try await store.document("one") == document)
        #expect(try await store.document("two") == nil)
    }

    @Test func aRefusalChangesNothing() async throws {
        await #expect(throws: Problem.self) {
            try await store.update("one") { _ -> StateUpdate<Void> in throw Problem(.conflict, "No.") }
        }
        #expect(try await store.document("one") == nil)
    }

    @Test func aRemovalLeavesItsVersion() async throws {
        let document = document("one", 4)
        let (change, removal) = (change(4), change(5))
        try await store.update("one") { _ in StateUpdate(.save(document, change), outcome: ()) }
        try await store.update("one") { _ in StateUpdate(.remove(removal), outcome: ()) }
        #expect(try await store.document("one") == nil)
        #expect(try await store.summaries(after: nil, limit: 10) == [])
        try await store.update("one") { slot in
            #expect(slot == StateSlot(removedAt: 5))
            return StateUpdate(.keep, outcome: ())
        }
    }

    @Test func summariesAreInTheOrderOfTheIDsBytes() async throws {
        for id in ["b", "Z", "é", "a", "e\u{301}", "aa"] {
            let document = document(id)
            let change = change(1)
            try await store.update(id) { _ in StateUpdate(.save(document, change), outcome: ()) }
        }
        let order = ["Z", "a", "aa", "b", "e\u{301}", "é"]
        #expect(
            try await store.summaries(after: nil, limit: 10).map { Array($0.id.utf8) } == order.map { Array($0.utf8) }
        )
        #expect(try await store.summaries(after: "a", limit: 2).map(\.id) == ["aa", "b"])
        #expect(try await store.summaries(after: "c", limit: 1).map { $0.id.utf8.count } == [3])
        #expect(try await store.summaries(after: "ё", limit: 10) == [])
    }

    @Test func updatesOfOneIDFollowEachOther() async throws {
        let template = document("one")
        try await withThrowingTaskGroup { group in
            for _ in 0..<500 {
                group.addTask {
                    try await store.update("one") { slot in
                        var next = slot.document ?? template
                        next.version = slot.version + 1
                        return StateUpdate(.save(next, change(next.version)), outcome: ())
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try await store.document("one")?.version == 500)
    }

    @Test func theHistoryOfAllDocumentsHasABound() {
        var history = MemoryStateHistory(countLimit: 3, sizeLimit: 100)
        let (one, two) = (StateKey("one"), StateKey("two"))
        for version in 1...2 { history.append(change(version, key: "k\(version)"), to: one) }
        for version in 1...2 { history.append(change(version), to: two) }
        #expect(history.changes(of: one, after: 0, limit: 9).map(\.version) == [2])
        #expect(history.change(of: one, madeUnder: "k1") == nil)
        #expect(history.change(of: one, madeUnder: "k2")?.version == 2)
        history.append(change(3, size: 99), to: two)
        #expect(history.changes(of: one, after: 0, limit: 9) == [])
        #expect(history.changes(of: two, after: 0, limit: 9).map(\.version) == [3])
        history.append(change(4, size: 1_000), to: two)
        #expect(history.changes(of: two, after: 0, limit: 9).map(\.version) == [4])
    }

    @Test func whatIsForgottenByItsNumberIsNotForgottenTwice() {
        var history = MemoryStateHistory(countLimit: 100)
        let (one, two) = (StateKey("one"), StateKey("two"))
        history.append(change(1), to: two)
        for version in 1...5_000 {
            history.append(change(version), to: one)
            history.forget(StateForgetting(upTo: version - 50), of: one)
        }
        #expect(history.changes(of: one, after: 0, limit: 999).map(\.version) == Array(4_951...5_000))
        #expect(history.changes(of: two, after: 0, limit: 9).map(\.version) == [1])
        history.forget(StateForgetting(before: StateDesk.start + .seconds(4_991)), of: two)
        #expect(history.changes(of: one, after: 0, limit: 999).map(\.version) == Array(4_991...5_000))
    }
}
