import Bus
import Glibc
import JSON
import ZeroMQ

extension BusBenchmark {
    /// What is published and subscribed to.
    private static let topic = "bench"

    /// Receives with so many subscribers, each with a connection of its own, until each has `count` events.
    static func subscribe(to endpoint: Endpoint, _ number: Int, count: Int) async throws {
        let context = Context()
        try await withThrowingTaskGroup(of: Void.self) { services in
            var subscriptions: [EventSubscription] = []
            for _ in 0..<number {
                let subscriber = EventSubscriber(endpoint: endpoint, context: context, logger: logger)
                services.addTask { try await subscriber.run() }
                subscriptions.append(try await subscriber.subscribe(to: topic, bufferLimit: count))
            }
            report("ready")
            let first = try await withThrowingTaskGroup(of: UInt64.self) { group in
                for subscription in subscriptions {
                    group.addTask { try await receive(count, from: subscription) }
                }
                return try await group.reduce(UInt64.max) { min($0, $1) }
            }
            let duration = nanoseconds(of: CLOCK_MONOTONIC) - first
            report("\(UInt64(count) * 1_000_000_000 / duration)")
            services.cancelAll()
        }
    }

    /// Returns when the first event came, after the last.
    private static func receive(_ count: Int, from subscription: EventSubscription) async throws -> UInt64 {
        var (received, begin) = (0, UInt64.max)
        for await delivery in subscription {
            guard case .events(let events) = delivery else { throw EventsMissed() }
            if received == 0 { begin = nanoseconds(of: CLOCK_MONOTONIC) }
            received += events.count
            if received >= count { return begin }
        }
        throw EventsMissed()
    }

    private struct EventsMissed: Error {}

    /// Publishes `count` events with texts of `size` bytes as data, by the hundred.
    static func publish(to endpoint: Endpoint, size: Int, count: Int) async throws {
        let publisher = EventPublisher(endpoint: endpoint, context: Context(), logger: logger)
        let text = String(repeating: "x", count: size)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await publisher.run() }
            try await publisher.whenConnected
            for batch in stride(from: 1, through: count, by: 100) {
                let events = (batch..<min(batch + 100, count + 1)).map { sequence in
                    Event(
                        topic: topic,
                        sequence: UInt64(sequence),
                        type: "platform.bench",
                        source: "/bench",
                        data: .string(text)
                    )
                }
                publisher.publish(events)
            }
            group.cancelAll()
        }
    }
}
