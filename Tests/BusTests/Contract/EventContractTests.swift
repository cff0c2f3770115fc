import JSON
import Support
import Testing

@testable import Bus

/// Events from publishers to subscribers through a real broker, over every transport.
@Suite(.timeLimit(.minutes(1))) struct EventContractTests {
    /// Takes deliveries until there are so many events, which must come without an interruption.
    private func take(_ count: Int, from subscription: EventSubscription) async -> [Event] {
        var events: [Event] = []
        var deliveries = subscription.makeAsyncIterator()
        while events.count < count, case .events(let batch)? = await deliveries.next() { events += batch }
        return events
    }

    @Test(arguments: TestBus.Transport.allCases)
    func everythingPublishedAfterSubscribingArrivesInOrder(_ transport: TestBus.Transport) async throws {
        try await withTestBus(transport) { bus in
            let publisher = try await bus.publisher()
            let subscription = try await bus.subscriber().subscribe(to: "test.")
            let events = (1...3000).map { event("test.topic", $0) }
            for start in stride(from: 0, to: 3000, by: 100) { publisher.publish(Array(events[start..<start + 100])) }
            #expect(await take(3000, from: subscription) == events)
        }
    }

    @Test(arguments: TestBus.Transport.allCases)
    func aSubscriptionGetsItsPrefixOnly(_ transport: TestBus.Transport) async throws {
        try await withTestBus(transport) { bus in
            let publisher = try await bus.publisher()
            let subscriber = bus.subscriber()
            let one = try await subscriber.subscribe(to: "job.1")
            let jobs = try await subscriber.subscribe(to: "job.")
            let all = try await subscriber.subscribe(to: "")
            let events = [event("job.1", 1), event("state.1", 1), event("job.2", 1), event("job.1", 2)]
            publisher.publish(events)
            #expect(await take(2, from: one).map(\.topic) == ["job.1", "job.1"])
            #expect(await take(3, from: jobs).map(\.topic) == ["job.1", "job.2", "job.1"])
            var others: [Event] = []
            while others.count < 4 {
                others += await take(1, from: all).filter { !$0.topic.hasPrefix("bus.") }
            }
            #expect(others == events, "beside what the broker tells")
        }
    }

    @Test(arguments: TestBus.Transport.allCases)
    func whatIsPublishedBeforeTheConnectionIsSentWhenItIsThere(_ transport: TestBus.Transport) async throws {
        try await withTestBus(transport) { bus in
            let subscription = try await bus.subscriber().subscribe(to: "test.")
            let publisher = EventPublisher(endpoint: bus.publishEndpoint, context: bus.context, logger: bus.logger)
            let events = (1...10).map { event("test.topic", $0) }
            publisher.publish(events)
            bus.run(publisher)
            #expect(await take(10, from: subscription) == events)
        }
    }

    @Test(arguments: TestBus.Transport.allCases)
    func manySubscriptionsShareASocket(_ transport: TestBus.Transport) async throws {
        try await withTestBus(transport) { bus in
            let publisher = try await bus.publisher()
            let subscriber = bus.subscriber()
            var subscriptions: [EventSubscription] = []
            for number in 0..<300 { subscriptions.append(try await subscriber.subscribe(to: "job.\(number).")) }
            publisher.publish((0..<300).map { event("job.\($0).x", 1) })
            for (number, subscription) in subscriptions.enumerated() {
                #expect(await take(1, from: subscription).map(\.topic) == ["job.\(number).x"])
            }
        }
    }

    @Test(arguments: TestBus.Transport.allCases)
    func aReconnectedSubscriptionSaysThatSomethingMayBeMissing(_ transport: TestBus.Transport) async throws {
        try await withTestBus(transport, heartbeat: .milliseconds(100)) { bus in
            let publisher = try await bus.publisher()
            let subscription = try await bus.subscriber().subscribe(to: "test.")
            publisher.publish([event("test.topic", 1)])
            var deliveries = subscription.makeAsyncIterator()
            #expect(await take(1, from: subscription).map(\.sequence) == [1])
            try await bus.stopBroker()
            try await bus.startBroker()
            #expect(await deliveries.next() == .interrupted)
            let later = event("test.topic", 2)
            publisher.publish([later])
            #expect(await take(1, from: subscription) == [later])
        }
    }

    @Test func aSlowConsumerMissesSomethingAndHearsOfIt() async throws {
        try await withTestBus { bus in
            let publisher = try await bus.publisher()
            let subscriber = bus.subscriber()
            let slow = try await subscriber.subscribe(to: "test.", bufferLimit: 100)
            let quick = try await subscriber.subscribe(to: "test.")
            for sequence in 1...1000 as ClosedRange<UInt64> { publisher.publish([event("test.topic", sequence)]) }
            #expect(await take(1000, from: quick).count == 1000)
            var deliveries = slow.makeAsyncIterator()
            #expect(await deliveries.next() == .interrupted)
        }
    }

    @Test func aSubscriptionEndsWhenNobodyHoldsIt() async throws {
        try await withTestBus { bus in
            let subscriber = bus.subscriber()
            var subscription: EventSubscription? = try await subscriber.subscribe(to: "test.")
            weak let buffer = subscription?.messages.buffer
            #expect(buffer != nil)
            subscription = nil
            // Confirmed after the end was taken in.
            _ = try await subscriber.subscribe(to: "other.")
            #expect(buffer == nil)
        }
    }

    @Test func aCancelledSubscriptionFinishesItsIteration() async throws {
        try await withTestBus { bus in
            let subscription = try await bus.subscriber().subscribe(to: "test.")
            let iteration = Task {
                for await _ in subscription {}
            }
            subscription.cancel()
            await iteration.value
        }
    }

    @Test func theEndOfTheSubscriberEndsItsSubscriptions() async throws {
        try await withTestBus { bus in
            let subscriber = bus.subscriber()
            let subscription = try await subscriber.subscribe(to: "test.")
            try await bus.stop(subscriber)
            var deliveries = subscription.makeAsyncIterator()
            #expect(await deliveries.next() == nil)
            await #expect(throws: BusError.self) { try await subscriber.subscribe(to: "test.") }
        }
    }

    @Test func anUnconfirmedSubscriptionCanBeCancelled() async throws {
        try await withTestBus { bus in
            try await bus.stopBroker()
            let subscriber = bus.subscriber()
            let waiting = Task { try await subscriber.subscribe(to: "test.") }
            waiting.cancel()
            await #expect(throws: CancellationError.self) { try await waiting.value }
        }
    }

    @Test(arguments: TestBus.Transport.allCases)
    func comingAndGoingWorkersAreEvents(_ transport: TestBus.Transport) async throws {
        try await withTestBus(transport) { bus in
            let subscription = try await bus.subscriber().subscribe(to: "bus.worker")
            let worker = try await bus.worker("echo", announcement: ["tags": ["t"]]) { _ in .empty() }
            let ready = await take(1, from: subscription)
            #expect(ready.map(\.type) == ["platform.worker.ready"])
            #expect(ready.first?.data["service"] == "echo")
            #expect(ready.first?.data["announcement"]?["tags"] == ["t"])
            try await bus.shutDown(worker)
            #expect(await take(1, from: subscription).map(\.type) == ["platform.worker.gone"])
        }
    }
}
