/// What a subscription hands over.
public enum Delivery: Sendable, Hashable {
    /// Events in the order in which they arrived; never empty.
    case events([Event])
    /// Something may be missing between what came before and what comes next: the connection was made again,
    /// or the subscriber was too slow for its buffer.
    case interrupted
}

/// What a subscription to messages hands over.
public enum MessageDelivery: Sendable, Hashable {
    /// Messages in the order in which they arrived; never empty.
    case messages(EventMessages)
    /// As ``Delivery/interrupted``.
    case interrupted
}
