import Bus
import JSON
import Testing

@testable import EngineService

@Suite struct EngineReceiptTests {
    private static let resource = EngineResource(id: "7", position: 3, value: ["id": "7", "n": 1])

    static let receipts = [
        receipt(.executed, answer: .done(.created, ["result": ["id": "7"]]), undo: .remove(id: "7")),
        receipt(.executed, answer: .done(.noContent, nil), undo: .restore(resource, overwritten: false)),
        receipt(.executed, answer: .done(.ok, .null), undo: .restore(resource, overwritten: true)),
        receipt(.executed, undo: .restoreMembers(id: "7", before: ["a": .null], added: ["b", "c"])),
        receipt(.refused, answer: .refused(Refusal(.conflict, "No", members: ["pointer": "/id"]))),
        receipt(
            .started,
            call: CommandCall(command: "greet", id: "7", inputs: ["a": 1], metadata: [:], requestID: "r1")
        ),
        receipt(.reverted), receipt(.revertedBefore),
        receipt(.executed, resource: "7", previous: EngineMark(requestID: "r0", client: "job/1", recordedAt: time)),
        receipt(.executed, resource: "7", previous: EngineMark(requestID: nil, client: nil, recordedAt: time)),
    ]

    private static let time = Timestamp(millisecondsSinceEpoch: 1_769_850_900_123)

    @Test(arguments: receipts)
    func aReceiptIsReadAsItWasWritten(_ receipt: EngineReceipt) throws {
        let text = receipt.json.description
        #expect(try EngineReceipt(json: JSONValue(parsing: text)) == receipt)
    }

    @Test(arguments: [
        "{}", "[]", #"{"requestId":"a","command":"b","state":"lost","recordedAt":"2026-01-31T09:15:00.123Z"}"#,
        #"{"requestId":"a","command":"b","state":"executed","recordedAt":"now"}"#,
        #"{"requestId":"a","command":"b","state":"executed","recordedAt":"2026-01-31T09:15:00.123Z","undo":{"do":"x","id":"1"}}"#,
        #"{"requestId":"a","command":"b","state":"executed","recordedAt":"2026-01-31T09:15:00.123Z","previous":{}}"#,
        #"{"requestId":"a","command":"b","state":"executed","recordedAt":"2026-01-31T09:15:00.123Z","answer":{"status":-1}}"#,
    ])
    func aDamagedReceiptIsAnErrorThatSaysSo(_ text: String) throws {
        let json = try JSONValue(parsing: text)
        let error = #expect(throws: EngineStoreError.self) { try EngineReceipt(json: json) }
        #expect(error?.description.contains("is damaged") == true)
    }

    private static func receipt(
        _ state: EngineReceipt.State,
        answer: EngineAnswer? = nil,
        undo: EngineUndo? = nil,
        call: CommandCall? = nil,
        resource: String? = nil,
        previous: EngineMark? = nil
    ) -> EngineReceipt {
        EngineReceipt(
            requestID: "r1",
            command: "create",
            state: state,
            answer: answer,
            undo: undo,
            call: call,
            resource: resource,
            previous: previous,
            recordedAt: time
        )
    }
}

@Suite struct ReceiptRetirementTests {
    @Test func everySoManythWriteRemovesWhatIsOld() {
        let retirement = ReceiptRetirement()
        let now = Timestamp(millisecondsSinceEpoch: 10_000)
        let expiries = (1...2 * ReceiptRetirement.interval).map { _ in retirement.expiry(at: now, keeping: .seconds(4))
        }
        #expect(expiries.compactMap { $0?.millisecondsSinceEpoch } == [6_000, 6_000])
        #expect(expiries[ReceiptRetirement.interval - 1] != nil)
    }

    @Test func anOldRequestIDIsForgotten() async throws {
        let clock = ManualClock()
        let store = MemoryEngineStore()
        let engine = Engine(
            design: try Design(personDesign),
            store: store,
            now: { clock.now },
            makeID: { UUIDv7.make() }
        )
        _ = try await engine.person("list", requestID: "old")
        clock.advance(days: 31)
        for index in 0..<ReceiptRetirement.interval { _ = try await engine.person("list", requestID: "r\(index)") }
        let (old, new) = try await store.read { store in (try store.receipt("old"), try store.receipt("r0")) }
        #expect(old == nil)
        #expect(new != nil)
    }
}
