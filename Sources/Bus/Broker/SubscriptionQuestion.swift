/// A subscription that wants an answer, which is a message on the very topic that is subscribed to.
enum SubscriptionQuestion: Sendable, Hashable {
    /// Whether all subscriptions before it stand.
    case sync(topic: [UInt8])
    /// Who takes requests at this broker.
    case workers(topic: String)

    private static let syncPrefix = Array("~sync.".utf8)
    private static let workersPrefix = Array("~workers.".utf8)

    /// Reads what an XPUB hands out: a byte that says whether it begins (1) or ends, then the topic. Nil for all that
    /// wants no answer.
    init?(subscription: UnsafeRawBufferPointer) {
        guard subscription.first == 1 else { return nil }
        let topic = subscription.dropFirst()
        if topic.starts(with: Self.syncPrefix) {
            self = .sync(topic: Array(topic))
        } else if topic.starts(with: Self.workersPrefix), let text = String(validating: topic, as: UTF8.self) {
            self = .workers(topic: text)
        } else {
            return nil
        }
    }
}
