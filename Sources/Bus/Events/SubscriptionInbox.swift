/// One subscription as the subscriber's thread sees it: gathers what arrives in one pass, so that the consumer is woken
/// once for all of it.
final class SubscriptionInbox {
    let buffer: SubscriptionBuffer
    private var batch: [Event] = []

    init(_ buffer: SubscriptionBuffer) {
        self.buffer = buffer
    }

    /// Gathers an event; true when it is the first of its batch.
    func gather(_ event: Event) -> Bool {
        batch.append(event)
        return batch.count == 1
    }

    /// Hands over what was gathered.
    func flush() {
        let events = batch
        batch = []
        buffer.add(events)
    }
}
