import Testing

@testable import Bus

@Suite(.timeLimit(.minutes(1))) struct SubscriptionBufferTests {
    private let buffer = SubscriptionBuffer(prefix: "test.", limit: 4)

    @Test func whatArrivesBetweenTwoLooksComesAsOneBatch() async {
        let events = [event(1), event(2), event(3)]
        buffer.add([events[0]])
        buffer.add([events[1], events[2]])
        #expect(await buffer.next() == .events(events))
    }

    @Test func aFullBufferIsGivenUpAndSaysSo() async {
        buffer.add([event(1), event(2), event(3)])
        buffer.add([event(4), event(5)])
        let later = event(6)
        buffer.add([later])
        #expect(await buffer.next() == .interrupted)
        #expect(await buffer.next() == .events([later]))
    }

    @Test func interruptionsKeepTheirPlaceAndAreNotRepeated() async {
        let events = [event(1), event(2)]
        buffer.add([events[0]])
        buffer.interrupt()
        buffer.interrupt()
        buffer.add([events[1]])
        #expect(await buffer.next() == .events([events[0]]))
        #expect(await buffer.next() == .interrupted)
        #expect(await buffer.next() == .events([events[1]]))
    }

    @Test func theEndComesAfterWhatHasArrived() async {
        buffer.add([event(1)])
        buffer.end()
        buffer.add([event(2)])
        #expect(await buffer.next() != nil)
        #expect(await buffer.next() == nil)
    }

    @Test func aCancelledConsumerStopsWaiting() async {
        let waiting = Task { [buffer] in await buffer.next() }
        waiting.cancel()
        #expect(await waiting.value == nil)
        let sent = event(1)
        buffer.add([sent])
        #expect(await buffer.next() == .events([sent]))
    }

    private func event(_ sequence: UInt64) -> Event { BusTests.event("test.topic", sequence) }
}
