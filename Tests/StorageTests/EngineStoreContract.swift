import Bus
import EngineService
import JSON
import Storage
import Testing

@Suite(.timeLimit(.minutes(1)))
struct EngineStoreContract {
    private static let start = Timestamp(millisecondsSinceEpoch: 1_769_850_900_123)

    private func withStore(_ backend: Backend, _ body: (any EngineStore) async throws -> Void) async throws {
        try await backend.withStores { try await body($0.engine(service: "person")) }
    }

    private func receipt(_ id: String, _ state: EngineReceipt.State = .executed, at seconds: Int = 0) -> EngineReceipt {
        EngineReceipt(
            requestID: id,
            command: "create",
            state: state,
            answer: .done(.created, ["result": ["id": "a"]]),
            undo: .restoreMembers(id: "a", before: ["n": 1], added: ["m"]),
            recordedAt: Self.start + .seconds(seconds)
        )
    }

    @Test(arguments: Backend.allCases)
    func resourcesAreKeptInTheOrderOfCreation(_ backend: Backend) async throws {
        try await withStore(backend) { store in
            try await store.write { transaction in
                for id in ["b", "a", "c"] { try transaction.put(["id": .string(id)], id: id) }
                try transaction.put(["id": "a", "n": JSONValue(UInt64.max)], id: "a")
            }
            let all = try await store.read { try $0.resources() }
            #expect(all.map(\.id) == ["b", "a", "c"])
            #expect(all[1].value["n"]?.description == "18446744073709551615")
            #expect(try await store.read { try $0.resource("a") } == all[1])
            #expect(try await store.read { try $0.resource("x") } == nil)
        }
    }

    @Test(arguments: Backend.allCases)
    func aDeletedResourceReturnsToItsPlace(_ backend: Backend) async throws {
        try await withStore(backend) { store in
            let first = try await store.write { transaction in
                let first = try transaction.put(["n": 1], id: "a")
                try transaction.put(["n": 2], id: "b")
                try transaction.removeResource("a")
                try transaction.removeResource("none")
                return first
            }
            #expect(try await store.read { try $0.resources() }.map(\.id) == ["b"])
            let back = try await store.write { try $0.put(first.value, id: "a", position: first.position) }
            #expect(back == first)
            #expect(try await store.read { try $0.resources() }.map(\.id) == ["a", "b"])
        }
    }

    @Test(arguments: Backend.allCases)
    func aTransactionSeesItsOwnWrites(_ backend: Backend) async throws {
        try await withStore(backend) { store in
            try await store.write { transaction in
                try transaction.put(["n": 1], id: "a")
                #expect(try transaction.resource("a")?.value == ["n": 1])
                #expect(try transaction.resources().count == 1)
                try transaction.removeResource("a")
                #expect(try transaction.resource("a") == nil)
            }
        }
    }

    @Test(arguments: Backend.allCases)
    func effectAndReceiptAreKeptTogetherOrNotAtAll(_ backend: Backend) async throws {
        try await withStore(backend) { store in
            let receipt = receipt("r")
            await #expect(throws: Refusal.self) {
                try await store.write { transaction in
                    try transaction.put(["n": 1], id: "a")
                    try transaction.put(receipt)
                    throw Refusal()
                }
            }
            let resources = try await store.read { try $0.resources() }
            #expect(resources.isEmpty)
            #expect(try await store.read { try $0.receipt("r") } == nil)
        }
    }

    @Test(arguments: Backend.allCases)
    func aReceiptIsReadAsItWasWritten(_ backend: Backend) async throws {
        try await withStore(backend) { store in
            let written = [receipt("r"), receipt("r\u{0}s", .started), receipt("t", .revertedBefore)]
            try await store.write { transaction in
                for receipt in written { try transaction.put(receipt) }
            }
            for receipt in written {
                #expect(try await store.read { try $0.receipt(receipt.requestID) } == receipt)
            }
            let reverted = receipt("r", .reverted)
            try await store.write { try $0.put(reverted) }
            #expect(try await store.read { try $0.receipt("r") } == reverted)
        }
    }

    @Test(arguments: Backend.allCases)
    func theOldestReceiptsAreRemoved(_ backend: Backend) async throws {
        try await withStore(backend) { store in
            let receipts = (0..<5).map { receipt("r\($0)", at: $0) }
            try await store.write { transaction in
                for receipt in receipts.reversed() { try transaction.put(receipt) }
                try transaction.removeReceipts(recordedBefore: Self.start + .seconds(3), limit: 2)
            }
            func kept() async throws -> [String] {
                try await store.read { reader in
                    try receipts.compactMap { try reader.receipt($0.requestID)?.requestID }
                }
            }
            #expect(try await kept() == ["r2", "r3", "r4"])
            try await store.write { try $0.removeReceipts(recordedBefore: Self.start + .seconds(3), limit: 10) }
            #expect(try await kept() == ["r3", "r4"])
        }
    }

    @Test(arguments: Backend.allCases)
    func aMarkOutlivesItsResource(_ backend: Backend) async throws {
        try await withStore(backend) { store in
            let first = EngineMark(requestID: "r\u{0}1", client: "job/ü", recordedAt: Self.start)
            let second = EngineMark(requestID: nil, client: nil, recordedAt: Self.start + .seconds(1))
            #expect(try await store.read { try $0.mark(of: "a") } == nil)
            try await store.write { transaction in
                try transaction.put(["n": 1], id: "a")
                try transaction.put(first, of: "a")
                #expect(try transaction.mark(of: "a") == first)
                try transaction.removeResource("a")
            }
            #expect(try await store.read { try $0.mark(of: "a") } == first)
            try await store.write { try $0.put(second, of: "a") }
            #expect(try await store.read { try $0.mark(of: "a") } == second)
            await #expect(throws: Refusal.self) {
                try await store.write { transaction in
                    try transaction.put(first, of: "a")
                    try transaction.put(first, of: "b")
                    throw Refusal()
                }
            }
            #expect(try await store.read { try $0.mark(of: "a") } == second)
            #expect(try await store.read { try $0.mark(of: "b") } == nil)
            try await store.write { try $0.put(nil as EngineMark?, of: "a") }
            #expect(try await store.read { try $0.mark(of: "a") } == nil)
        }
    }

    @Test(arguments: Backend.allCases)
    func theOldestMarksGoWithTheOldestReceipts(_ backend: Backend) async throws {
        try await withStore(backend) { store in
            let marks = (0..<5).map {
                EngineMark(requestID: "r\($0)", client: nil, recordedAt: Self.start + .seconds($0))
            }
            try await store.write { transaction in
                for (index, mark) in marks.enumerated().reversed() { try transaction.put(mark, of: "\(index)") }
                try transaction.removeReceipts(recordedBefore: Self.start + .seconds(3), limit: 2)
            }
            func kept() async throws -> [Int] {
                try await store.read { reader in try (0..<5).filter { try reader.mark(of: "\($0)") != nil } }
            }
            #expect(try await kept() == [2, 3, 4])
            try await store.write { try $0.removeReceipts(recordedBefore: Self.start + .seconds(3), limit: 10) }
            #expect(try await kept() == [3, 4])
        }
    }

    @Test(arguments: Backend.allCases)
    func commandsOfOneResourceFollowEachOther(_ backend: Backend) async throws {
        try await withStore(backend) { store in
            try await withThrowingTaskGroup { group in
                for _ in 0..<300 {
                    group.addTask {
                        try await store.write { transaction in
                            let count = try transaction.resource("a")?.value["n"]?.intValue ?? 0
                            try transaction.put(["n": JSONValue(count + 1)], id: "a")
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await store.read { try $0.resource("a") }?.value == ["n": 300])
        }
    }

    @Test(arguments: Backend.durable)
    func enginesOfOneDatabaseDoNotSeeEachOther(_ backend: Backend) async throws {
        try await backend.withStores { stores in
            let (person, todo) = (stores.engine(service: "person"), stores.engine(service: "todo"))
            let receipt = receipt("r")
            let mark = EngineMark(requestID: "r", client: nil, recordedAt: Self.start)
            try await person.write { transaction in
                try transaction.put(["n": 1], id: "a")
                try transaction.put(receipt)
                try transaction.put(mark, of: "a")
            }
            try await todo.write { transaction in
                try transaction.removeResource("a")
                try transaction.removeReceipts(recordedBefore: Self.start + .seconds(9), limit: 10)
            }
            #expect(try await todo.read { try $0.resources() }.isEmpty)
            #expect(try await todo.read { try $0.receipt("r") } == nil)
            #expect(try await todo.read { try $0.mark(of: "a") } == nil)
            #expect(try await person.read { try $0.mark(of: "a") } == mark)
            #expect(try await person.read { try $0.resource("a") } != nil)
            #expect(try await person.read { try $0.receipt("r") } == receipt)
        }
    }

    @Test(arguments: Backend.durable)
    func resourcesOutliveTheProcess(_ backend: Backend) async throws {
        let receipt = receipt("r")
        try await afterReopening(backend) { stores in
            try await stores.engine(service: "person").write { transaction in
                try transaction.put(["n": 1], id: "a")
                try transaction.put(receipt)
            }
        } _: { stores in
            let store = stores.engine(service: "person")
            let resource = try await store.read { try $0.resource("a") }
            #expect(resource?.value == ["n": 1])
            #expect(try await store.read { try $0.receipt("r") } == receipt)
        }
    }
}

private struct Refusal: Error {}
