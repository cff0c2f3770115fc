/// The events of one topic as one gap-free sequence: the past from its keeper, the present from the bus.
///
/// It subscribes first and asks for the past only when the subscription stands, so nothing falls between the two.
/// After that the past is asked for again only when something was missed.
actor OrderedEvents {
    typealias Replay = @Sendable (_ after: UInt64) async throws -> [Event]

    private let topic: String
    private let subscriber: EventSubscriber
    private let replay: Replay
    private var sequencer: EventSequencer
    private var subscription: EventSubscription?
    private var mustReplay = true

    init(of topic: String, after sequence: UInt64, from subscriber: EventSubscriber, replay: @escaping Replay) {
        self.topic = topic
        self.subscriber = subscriber
        self.replay = replay
        sequencer = EventSequencer(after: sequence)
    }

    /// The next events; nil when the task is cancelled.
    func next() async throws -> [Event]? {
        while !Task.isCancelled {
            let subscription = try await standingSubscription()
            let events = mustReplay ? try await past() : try await present(of: subscription)
            if !events.isEmpty { return events }
        }
        return nil
    }

    private func standingSubscription() async throws -> EventSubscription {
        if let subscription { return subscription }
        let subscription = try await subscriber.subscribe(to: topic)
        self.subscription = subscription
        return subscription
    }

    private func past() async throws -> [Event] {
        mustReplay = false
        let ready = sequencer.accept(try await replay(sequencer.last))
        guard let hole = sequencer.hole else { return ready }
        throw BusError(
            .eventsMissing,
            "events \(hole.lowerBound) to \(hole.upperBound) of \(topic) are not in its history"
        )
    }

    private func present(of subscription: EventSubscription) async throws -> [Event] {
        switch await subscription.buffer.next() {
        case .events(let events):
            let ready = sequencer.accept(events.filter { $0.topic == topic })
            mustReplay = sequencer.hasHole
            return ready
        case .interrupted:
            mustReplay = true
            return []
        case nil:
            if Task.isCancelled { return [] }
            throw BusError(.closed, "the subscriber ended while \(topic) was being followed")
        }
    }
}

extension BusError.Code {
    /// A topic's history does not have what was missed on the bus.
    public static let eventsMissing = Self(description: "events_missing")
}
