import Testing

@testable import Bus

@Suite(.timeLimit(.minutes(1))) struct SubscriptionBufferTests {
    private let buffer = SubscriptionBuffer(prefix: "test.", limit: 4, byteLimit: 100)

    @Test func whatArrivesBetweenTwoLooksComesAsOneBatch() async {
        buffer.add(messages(1))
        buffer.add(messages(2, 3))
        #expect(await buffer.next() == .messages(messages(1, 2, 3)))
    }

    @Test func aFullBufferIsGivenUpAndSaysSo() async {
        buffer.add(messages(1, 2, 3))
        buffer.add(messages(4, 5))
        buffer.add(messages(6))
        #expect(await buffer.next() == .interrupted)
        #expect(await buffer.next() == .messages(messages(6)))
    }

    @Test func interruptionsKeepTheirPlaceAndAreNotRepeated() async {
        buffer.add(messages(1))
        buffer.interrupt()
        buffer.interrupt()
        buffer.add(messages(2))
        #expect(await buffer.next() == .messages(messages(1)))
        #expect(await buffer.next() == .interrupted)
        #expect(await buffer.next() == .messages(messages(2)))
    }

    @Test func theEndComesAfterWhatHasArrived() async {
        buffer.add(messages(1))
        buffer.end()
        buffer.add(messages(2))
        #expect(await buffer.next() != nil)
        #expect(await buffer.next() == nil)
    }

    @Test func aCancelledConsumerStopsWaiting() async {
        let waiting = Task { [buffer] in await buffer.next() }
        waiting.cancel()
        #expect(await waiting.value == nil)
        buffer.add(messages(1))
        #expect(await buffer.next() == .messages(messages(1)))
    }

    @Test func aFewLargeMessagesFillItToo() async {
        buffer.add(messages(1, bytes: 300))
        buffer.add(messages(2, bytes: 10))
        #expect(await buffer.next() == .interrupted)
        buffer.add(messages(3, bytes: 300))
        #expect(await buffer.next() == .messages(messages(3, bytes: 300)), "alone it may be larger than the bound")
    }

    private func messages(_ sequences: UInt64..., bytes: Int = 3) -> EventMessages {
        EventMessages(
            sequences.map {
                EventMessage(topic: Array("test.topic".utf8), sequence: $0, body: Array(repeating: 7, count: bytes))
            }
        )
    }
}
