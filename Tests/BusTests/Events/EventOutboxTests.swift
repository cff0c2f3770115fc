import Testing

@testable import Bus

@Suite struct EventOutboxTests {
    private func event(_ sequence: UInt64) -> Event { BusTests.event("test.topic", sequence) }

    @Test func theOldestAreDroppedAndCounted() {
        let outbox = EventOutbox(limit: 3)
        #expect(outbox.add([event(1), event(2)]))
        #expect(!outbox.add([event(3), event(4), event(5)]))
        #expect(outbox.dropped == 2)
        #expect(outbox.take(2).map(\.sequence) == [3, 4])
        #expect(outbox.take(2).map(\.sequence) == [5])
        #expect(outbox.isEmpty)
    }
}
