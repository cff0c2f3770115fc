/// The messages of one topic prefix, as they arrive, for whoever reads their bytes: nothing of them is read before.
///
/// It ends as an ``EventSubscription`` does, and its copies and iterators share one buffer, too.
public struct MessageSubscription: AsyncSequence, Sendable {
    public typealias Element = MessageDelivery

    let buffer: SubscriptionBuffer
    private let lifetime: Lifetime

    /// - Parameter onEnd: called when nobody is interested any more, perhaps more than once.
    init(_ buffer: SubscriptionBuffer, onEnd: @escaping @Sendable () -> Void) {
        self.buffer = buffer
        lifetime = Lifetime(onEnd: onEnd)
    }

    /// What the topics of its messages begin with.
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
        let subscription: MessageSubscription

        /// The next delivery; nil at the end or when the task is cancelled.
        public mutating func next() async -> MessageDelivery? {
            await subscription.buffer.next()
        }

        public mutating func next(isolation actor: isolated (any Actor)?) async -> MessageDelivery? {
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
