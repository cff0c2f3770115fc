/// Whether anybody subscribes to the broker's statistics, as far as the subscriptions that come by tell.
///
/// The broker's XPUB reports the first subscription to a topic, later ones, and the end of the last one, which is also
/// reported when a subscriber's connection ends.
struct StatisticsWatch: Sendable {
    static let topic = "bus.statistics"
    private static let topicBytes = Array(topic.utf8)

    /// What is subscribed to that the topic begins with. Whoever takes everything has not asked for it.
    private var prefixes: Set<[UInt8]> = []

    var isWatched: Bool { !prefixes.isEmpty }

    /// Takes note of a message about subscriptions; returns ``isWatched`` when it has changed.
    mutating func note(_ subscription: UnsafeRawBufferPointer) -> Bool? {
        guard let first = subscription.first, first <= 1 else { return nil }
        let prefix = subscription.dropFirst()
        guard !prefix.isEmpty, prefix.count <= Self.topicBytes.count, Self.topicBytes.starts(with: prefix) else {
            return nil
        }
        let before = isWatched
        if first == 1 { prefixes.insert(Array(prefix)) } else { prefixes.remove(Array(prefix)) }
        return isWatched == before ? nil : isWatched
    }
}
