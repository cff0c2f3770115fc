/// What other threads ask of the thread that owns a subscriber's socket.
enum SubscriberCommand: Sendable {
    /// Fill this buffer; the signal tells when the broker has the subscription.
    case subscribe(SubscriptionBuffer, confirmation: OneTimeSignal)
    case unsubscribe(SubscriptionBuffer)
    case end
}
