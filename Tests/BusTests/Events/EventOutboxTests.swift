import Testing

@testable import Bus

@Suite struct EventOutboxTests {
    private func event(_ sequence: UInt64, bytes: Int = 10) -> EventMessage {
        EventMessage(topic: Array("test.topic".utf8), sequence: sequence, body: Array(repeating: 7, count: bytes))
    }

    @Test func theOldestAreDroppedAndCounted() {
        let outbox = EventOutbox(limit: 3, byteLimit: 100_000)
        #expect(outbox.add([event(1), event(2)]))
        #expect(!outbox.add([event(3), event(4), event(5)]))
        #expect(outbox.dropped == 2)
        #expect(outbox.take(2).map(\.sequence) == [3, 4])
        #expect(outbox.take(2).map(\.sequence) == [5])
        #expect(outbox.isEmpty)
    }

    @Test func largeEventsAreBoundedByTheirBytes() {
        let outbox = EventOutbox(limit: 100, byteLimit: 2_500)
        _ = outbox.add([event(1, bytes: 1_000), event(2, bytes: 1_000), event(3, bytes: 1_000)])
        #expect(outbox.dropped == 1)
        _ = outbox.add([event(4, bytes: 9_000)])
        #expect(outbox.take(9).map(\.sequence) == [4], "one that is larger than the bound is kept alone")
        _ = outbox.add([event(5, bytes: 1_000), event(6, bytes: 1_000)])
        #expect(outbox.dropped == 3, "what was taken holds nothing any more")
    }
}
