/// The events of one topic prefix, as they arrive.
///
/// It ends when ``cancel()`` is called or its last copy goes away, when the subscriber ends, and for an iterating
/// task when that is cancelled. Copies and iterators share one buffer: each delivery goes to one of them. Events are
/// read in the task that iterates; what cannot be read is passed over.
public struct EventSubscription: AsyncSequence, Sendable {
    public typealias Element = Delivery

    /// The same as bytes.
    let messages: MessageSubscription

    /// What the topics of its events begin with.
    public var prefix: String { messages.prefix }

    /// Ends it for all copies: an iteration finishes after what has arrived.
    public func cancel() { messages.cancel() }

    public func makeAsyncIterator() -> Iterator {
        Iterator(subscription: self)
    }

    /// The next delivery; nil at the end or when the task is cancelled.
    func next() async -> Delivery? {
        while let delivery = await messages.buffer.next() {
            switch delivery {
            case .interrupted: return .interrupted
            case .messages(let messages):
                let events = messages.compactMap { Event(reading: $0) }
                if !events.isEmpty { return .events(events) }
            }
        }
        return nil
    }

    /// Takes one delivery after another.
    public struct Iterator: AsyncIteratorProtocol {
        let subscription: EventSubscription

        /// The next delivery; nil at the end or when the task is cancelled.
        public mutating func next() async -> Delivery? {
            await subscription.next()
        }

        public mutating func next(isolation actor: isolated (any Actor)?) async -> Delivery? {
            await subscription.next()
        }
    }
}

extension Event {
    /// Nil for bytes that are no CloudEvent.
    fileprivate init?(reading message: EventMessages.Element) {
        try? self.init(parsing: Array(message.body))
    }
}
