/// The events of one topic as one gap-free sequence: the past from its keeper, the present from the bus.
///
/// It subscribes first and asks for the past only when the subscription stands, so nothing falls between the two.
/// After that the past is asked for again only when something was missed. That is so when a broker has come back, which
/// the keeper may not have noticed yet: whoever has answered once is asked until it answers again.
actor OrderedEvents {
    typealias Replay = @Sendable (_ after: UInt64) async throws -> [Event]

    private static let passingFaults: Set<BusError.Code> = [.noWorker, .overloaded, .workerLost, .unreachable]
    /// How long a keeper that has answered before may be away.
    private static let patience = Duration.seconds(30)
    private static let pauses = (first: Duration.milliseconds(50), longest: Duration.seconds(1))

    private let topic: String
    private let subscriber: EventSubscriber
    private let replay: Replay
    private var sequencer: EventSequencer
    private var subscription: EventSubscription?
    private var mustReplay = true
    private var hasReplayed = false

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
        guard let events = try await replayed() else { return [] }
        let ready = sequencer.accept(events)
        guard let hole = sequencer.hole else { return ready }
        throw BusError(
            .eventsMissing,
            "events \(hole.lowerBound) to \(hole.upperBound) of \(topic) are not in its history"
        )
    }

    /// What the keeper answers; nil when the task is cancelled while it is waited for.
    private func replayed() async throws -> [Event]? {
        let limit = ContinuousClock.now + Self.patience
        var pause = Self.pauses.first
        while !Task.isCancelled {
            do {
                let events = try await replay(sequencer.last)
                hasReplayed = true
                return events
            } catch let error as BusError where isPassing(error) && .now + pause < limit {
                try? await Task.sleep(for: pause)
                pause = min(pause * 2, Self.pauses.longest)
            }
        }
        return nil
    }

    private func isPassing(_ error: BusError) -> Bool { hasReplayed && Self.passingFaults.contains(error.code) }

    private func present(of subscription: EventSubscription) async throws -> [Event] {
        switch await subscription.next() {
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
