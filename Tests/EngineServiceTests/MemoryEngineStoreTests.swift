import Bus
import EngineService
import JSON
import Testing

@Suite struct MemoryEngineStoreTests {
    private let store = MemoryEngineStore()

    @Test func aTransactionSeesItsOwnWrites() async throws {
        let seen = try await store.write { store in
            try store.put(["a": 1], id: "x")
            return try store.resource("x")
        }
        #expect(seen == EngineResource(id: "x", position: 1, value: ["a": 1]))
    }

    @Test func aFailedTransactionLeavesNothing() async throws {
        let old = receipt("kept", recordedAt: 1)
        try await store.write { store in
            try store.put(["a": 1], id: "x")
            try store.put(old)
        }
        await #expect(throws: Failed.self) {
            try await store.write { store in
                try store.put(["a": 2], id: "x")
                try store.put([:], id: "y")
                try store.removeResource("x")
                try store.removeReceipts(recordedBefore: Timestamp(millisecondsSinceEpoch: 9), limit: 9)
                try store.put(receipt("kept", recordedAt: 2))
                try store.put(receipt("other", recordedAt: 2))
                throw Failed()
            }
        }
        let (resources, kept, other) = try await store.read { store in
            (try store.resources(), try store.receipt("kept"), try store.receipt("other"))
        }
        #expect(resources == [EngineResource(id: "x", position: 1, value: ["a": 1])])
        #expect(kept == old)
        #expect(other == nil)
    }

    @Test func aResourceKeepsItsPositionAndMayGetAnOldOne() async throws {
        try await store.write { store in
            for id in ["a", "b", "c"] { try store.put([:], id: id) }
            try store.put(["new": true], id: "a")
            try store.removeResource("b")
            try store.put([:], id: "b", position: 2)
            try store.put([:], id: "d")
        }
        #expect(try await store.read { try $0.resources().map(\.id) } == ["a", "b", "c", "d"])
    }

    @Test func theOldestReceiptsAreRemovedFirst() async throws {
        try await store.write { store in
            for time in [3, 1, 2, 4] { try store.put(receipt("r\(time)", recordedAt: Int64(time))) }
            try store.removeReceipts(recordedBefore: Timestamp(millisecondsSinceEpoch: 4), limit: 2)
        }
        let left = try await store.read { store in
            try ["r1", "r2", "r3", "r4"].filter { try store.receipt($0) != nil }
        }
        #expect(left == ["r3", "r4"])
    }
}

private struct Failed: Error {}

private func receipt(_ id: String, recordedAt: Int64) -> EngineReceipt {
    EngineReceipt(
        requestID: id,
        command: "read",
        state: .executed,
        recordedAt: Timestamp(millisecondsSinceEpoch: recordedAt)
    )
}
