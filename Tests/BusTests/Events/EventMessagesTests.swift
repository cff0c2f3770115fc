import Testing

@testable import Bus

@Suite struct EventMessagesTests {
    private let list = [
        EventMessage(topic: Array("a".utf8), sequence: 1, body: [1, 2, 3]),
        EventMessage(topic: Array("topic".utf8), sequence: .max, body: []),
        EventMessage(topic: Array("b".utf8), sequence: 3, body: [4]),
    ]

    @Test func everyMessageComesOutAsItWentIn() {
        let messages = EventMessages(list)
        #expect(
            messages.map { EventMessage(topic: Array($0.topic), sequence: $0.sequence, body: Array($0.body)) } == list
        )
        #expect(messages.byteCount == 11)
    }

    @Test func twoBatchesMakeTheOneThatTheirMessagesMake() {
        var messages = EventMessages(Array(list[..<1]))
        messages.append(EventMessages(Array(list[1...])))
        #expect(messages == EventMessages(list))
    }
}
