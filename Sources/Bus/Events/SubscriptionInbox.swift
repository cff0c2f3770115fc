/// One subscription as the subscriber's thread sees it: gathers what arrives in one pass, so that the consumer is woken
/// once for all of it.
final class SubscriptionInbox {
    let buffer: SubscriptionBuffer
    private var batch = EventMessages()

    init(_ buffer: SubscriptionBuffer) {
        self.buffer = buffer
    }

    /// Gathers a message; true when it is the first of its batch.
    func gather(topic: UnsafeRawBufferPointer, sequence: UInt64, body: UnsafeRawBufferPointer) -> Bool {
        batch.append(topic: topic, sequence: sequence, body: body)
        return batch.count == 1
    }

    /// Hands over what was gathered.
    func flush() {
        // The next pass will bring about as much.
        var messages = EventMessages(withRoomFor: batch)
        swap(&messages, &batch)
        buffer.add(messages)
    }
}
