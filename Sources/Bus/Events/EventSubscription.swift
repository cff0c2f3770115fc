/// The events of one topic prefix, as they arrive.
///
/// It ends when ``cancel()`` is called or its last copy goes away, when the subscriber ends, and for an iterating
/// task when that is cancelled. Copies and iterators share one buffer: each delivery goes to one of them.
public struct EventSubscription: AsyncSequence, Sendable {
    public typealias Element = Delivery

    let buffer: SubscriptionBuffer
    private let lifetime: Lifetime

    /// - Parameter onEnd: called when nobody is interested any more, perhaps more than once.
    init(_ buffer: SubscriptionBuffer, onEnd: @escaping @Sendable () -> Void) {
        self.buffer = buffer
        lifetime = Lifetime(onEnd: onEnd)
    }

    /// What the topics of its events begin with.
    public var prefix: String { buffer.prefix }

    /// Ends it for all copies: an iteration finishes after what has arrived.
    public func cancel() {
        buffer.end()
        lifetime.end()
    }

    public func makeAsyncIterator() -> Iterator {
        Iterator(subscription: self)
    }

    /// Takes one delivery after another.
    public struct Iterator: AsyncIteratorProtocol {
        let subscription: EventSubscription

        /// The next delivery; nil at the end or when the task is cancelled.
        public mutating func next() async -> Delivery? {
            await subscription.buffer.next()
        }

        public mutating func next(isolation actor: isolated (any Actor)?) async -> Delivery? {
            await subscription.buffer.next()
        }
    }
}

/// Tells when the last copy of a subscription has gone.
private final class Lifetime: Sendable {
    private let onEnd: @Sendable () -> Void

    init(onEnd: @escaping @Sendable () -> Void) {
        self.onEnd = onEnd
    }

    /// May be called more than once, as may `onEnd`.
    func end() { onEnd() }

    deinit { onEnd() }
}
