import Support
import Synchronization
import Testing
import ZeroMQ

@testable import Bus

/// Events over two brokers that know nothing of each other.
@Suite(.timeLimit(.minutes(1))) struct EventFailoverTests {
    /// Lends two buses, and the endpoints of both in order.
    private func withTwoBuses(_ body: (TestBus, TestBus) async throws -> Void) async throws {
        try await withTestBus(.tcp, heartbeat: .milliseconds(200)) { first in
            try await withTestBus(.tcp, heartbeat: .milliseconds(200)) { second in
                try await body(first, second)
            }
        }
    }

    private func subscriber(
        of buses: TestBus...,
        heartbeat: Duration = .milliseconds(200)
    ) -> EventSubscriber {
        let subscriber = EventSubscriber(
            endpoints: buses.map(\.subscribeEndpoint),
            context: buses[0].context,
            logger: buses[0].logger,
            heartbeat: heartbeat
        )
        buses[0].run(subscriber)
        return subscriber
    }

    private func publisher(to buses: TestBus..., bufferLimit: Int = 65_536) -> EventPublisher {
        let publisher = EventPublisher(
            endpoints: buses.map(\.publishEndpoint),
            context: buses[0].context,
            logger: buses[0].logger,
            bufferLimit: bufferLimit
        )
        buses[0].run(publisher)
        return publisher
    }

    @Test func everyBrokerGetsEveryEvent() async throws {
        try await withTwoBuses { first, second in
            let subscriptions = [
                try await first.subscriber().subscribe(to: "test."),
                try await second.subscriber().subscribe(to: "test."),
            ]
            let events = (1...100).map { event("test.topic", $0) }
            publisher(to: first, second).publish(events)
            for subscription in subscriptions {
                var received: [Event] = []
                for await case .events(let batch) in subscription {
                    received += batch
                    if received.count >= 100 { break }
                }
                #expect(received == events)
            }
        }
    }

    @Test func whatWasPublishedLeavesBeforeThePublisherEnds() async throws {
        try await withTestBus(.tcp) { bus in
            let count: UInt64 = 12_000
            let subscription = try await bus.subscriber().subscribeToMessages(of: "test.", bufferLimit: Int(count))
            let publisher = try await bus.publisher()
            let topic = Array("test.topic".utf8)
            publisher.publish((1...count).map { EventMessage(topic: topic, sequence: $0, body: [7]) })
            try await bus.stop(publisher)
            var sequences: [UInt64] = []
            for await case .messages(let messages) in subscription {
                sequences += messages.map(\.sequence)
                if sequences.last == count { break }
            }
            let isComplete = sequences == Array(1...count)
            #expect(isComplete, "\(sequences.count) of \(count) arrived")
        }
    }

    @Test func aSubscriberThatLosesItsBrokerGoesToTheNextAtOnce() async throws {
        try await withTwoBuses { first, second in
            let publisher = publisher(to: first, second)
            // Three heartbeats are more than the test's time.
            let subscriber = subscriber(of: first, second, heartbeat: .seconds(30))
            let subscription = try await subscriber.subscribe(to: "test.")
            var deliveries = subscription.makeAsyncIterator()
            try await first.stopBroker()
            #expect(await deliveries.next() == .interrupted)
            let later = event("test.topic", 1)
            publisher.publish([later])
            #expect(await deliveries.next() == .events([later]))
        }
    }

    @Test func aSubscriberBeginsWithABrokerThatIsThere() async throws {
        try await withTwoBuses { first, second in
            try await first.stopBroker()
            let subscription = try await subscriber(of: first, second).subscribe(to: "test.")
            let event = event("test.topic", 1)
            publisher(to: first, second).publish([event])
            var deliveries = subscription.makeAsyncIterator()
            #expect(await deliveries.next() == .events([event]))
        }
    }

    @Test func aSubscriberWhoseBrokersAreAllAwayFindsTheOneThatComesBack() async throws {
        try await withTwoBuses { first, second in
            let subscription = try await subscriber(of: first, second).subscribe(to: "test.")
            var deliveries = subscription.makeAsyncIterator()
            try await first.stopBroker()
            try await second.stopBroker()
            try await first.startBroker()
            #expect(await deliveries.next() == .interrupted)
        }
    }

    @Test func whoFindsNoBrokerInTimeHearsSo() async throws {
        try await withTestBus(.tcp) { bus in
            try await bus.stopBroker()
            let error = await #expect(throws: BusError.self) {
                try await bus.subscriber().subscribe(to: "test.", within: .milliseconds(50))
            }
            #expect(error?.code == .unreachable)
        }
    }

    @Test func whatIsDroppedForABrokerThatIsAwayIsCountedForItAlone() async throws {
        try await withTwoBuses { first, second in
            let subscription = try await first.subscriber().subscribe(to: "test.")
            try await second.stopBroker()
            let publisher = publisher(to: first, second, bufferLimit: 10)
            try await publisher.whenConnected
            for sequence in 1...25 as ClosedRange<UInt64> {
                publisher.publish([event("test.topic", sequence)])
                var deliveries = subscription.makeAsyncIterator()
                guard case .events = await deliveries.next() else { return #expect(Bool(false), "it must arrive") }
            }
            #expect(publisher.droppedEvents == 15)
            #expect(publisher.droppedEventsByBroker == [first.publishEndpoint: 0, second.publishEndpoint: 15])
        }
    }

    @Test(arguments: 1...3)
    func aKilledBrokerCostsTheFollowersOfATopicNothing(_ round: Int) async throws {
        try await withTwoBuses { first, second in
            let (count, kill) = (UInt64(3_000), UInt64(500 * round))
            let publisher = publisher(to: first, second)
            let kept = Mutex<[Event]>([])
            let hasReplayed = OneTimeSignal()
            let stream = subscriber(of: first, second).events(of: "job.7") { after in
                defer { hasReplayed.happen() }
                return kept.withLock { $0.filter { $0.sequence > after } }
            }
            let following = Task {
                var sequences: [UInt64] = []
                for try await events in stream {
                    sequences += events.map(\.sequence)
                    if sequences.last == count { break }
                }
                return sequences
            }
            try await hasReplayed.wait()
            let publishing = Task {
                for sequence in 1...count {
                    let event = event("job.7", sequence)
                    kept.withLock { $0.append(event) }
                    publisher.publish([event])
                    if sequence == kill { Task { try await first.stopBroker() } }
                    if sequence.isMultiple(of: 50) { try await Task.sleep(for: .milliseconds(1)) }
                }
            }
            try await publishing.value
            #expect(try await following.value == Array(1...count))
        }
    }
}
