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

    @Test func whatWasSavedIsThere() async throws {
        let document = document("one")
        try await store.update("one") { slot in
            #expect(slot == StateSlot(removedAt: 0))
            return StateUpdate(.save(document), outcome: ())
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
        try await store.update("one") { _ in StateUpdate(.save(document), outcome: ()) }
        try await store.update("one") { _ in StateUpdate(.remove(version: 5), outcome: ()) }
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
            try await store.update(id) { _ in StateUpdate(.save(document), outcome: ()) }
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
                        return StateUpdate(.save(next), outcome: ())
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try await store.document("one")?.version == 500)
    }
}
