extension EventSubscriber {
    /// The events of one topic, in order, each once, none missing: first those of the past, then as they happen.
    ///
    /// It subscribes, asks for the past once the subscription stands, and goes on with what arrives. Only when
    /// something was missed on the way, by a lost connection or a slow consumer, does it ask for the past again.
    ///
    /// ```swift
    /// for try await events in subscriber.events(of: "job.\(id)", replay: { try await jobs.events(of: id, after: $0) }) {
    ///     for event in events { show(event) }
    /// }
    /// ```
    ///
    /// The stream has no end of its own: stop iterating, or cancel the task, when you have seen the event that you
    /// wait for. One task iterates at a time.
    ///
    /// - Parameters:
    ///   - topic: the whole topic; others that begin with it are left out.
    ///   - after: the sequence of the last event that is known; 0 for all.
    ///   - replay: asks the keeper of the events for all after a sequence, in any order. What it does not have must not
    ///     have been published.
    /// - Returns: events in batches, none empty. It throws what `replay` throws, though one that has answered before is
    ///   called again for half a minute while nobody is there to answer; ``BusError/Code/closed`` when the
    ///   subscriber ends, and ``BusError/Code/eventsMissing`` when `replay` does not have what was missed.
    public func events(
        of topic: String,
        after: UInt64 = 0,
        replay: @escaping @Sendable (_ after: UInt64) async throws -> [Event]
    ) -> AsyncThrowingStream<[Event], any Error> {
        let ordered = OrderedEvents(of: topic, after: after, from: self, replay: replay)
        return AsyncThrowingStream { try await ordered.next() }
    }
}
