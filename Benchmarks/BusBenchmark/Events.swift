import Bus
import Glibc
import ZeroMQ

extension BusBenchmark {
    /// What is published and subscribed to.
    private static let topic = "bench"
    /// What a CloudEvent adds to its data. The bus reads none of it, and neither do the subscribers here.
    private static let cloudEventBytes = 230

    /// Receives with so many subscribers, each with a connection of its own, until each has `count` events.
    static func subscribe(to endpoint: Endpoint, _ number: Int, count: Int) async throws {
        let context = Context()
        try await withThrowingTaskGroup(of: Void.self) { services in
            var subscriptions: [MessageSubscription] = []
            for _ in 0..<number {
                let subscriber = EventSubscriber(endpoint: endpoint, context: context, logger: logger)
                services.addTask { try await subscriber.run() }
                subscriptions.append(try await subscriber.subscribeToMessages(of: topic, bufferLimit: count))
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
    private static func receive(_ count: Int, from subscription: MessageSubscription) async throws -> UInt64 {
        var (received, begin) = (0, UInt64.max)
        for await delivery in subscription {
            guard case .messages(let messages) = delivery else { throw EventsMissed() }
            if received == 0 { begin = nanoseconds(of: CLOCK_MONOTONIC) }
            received += messages.count
            if received >= count { return begin }
        }
        throw EventsMissed()
    }

    private struct EventsMissed: Error {}

    /// Publishes `count` events with `size` bytes of data, by the hundred.
    static func publish(to endpoint: Endpoint, size: Int, count: Int) async throws {
        let publisher = EventPublisher(endpoint: endpoint, context: Context(), logger: logger)
        let body = [UInt8](repeating: UInt8(ascii: "x"), count: size + cloudEventBytes)
        let topic = Array(topic.utf8)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await publisher.run() }
            try await publisher.whenConnected
            for batch in stride(from: 1, through: count, by: 100) {
                let events = (batch..<min(batch + 100, count + 1)).map { sequence in
                    EventMessage(topic: topic, sequence: UInt64(sequence), body: body)
                }
                publisher.publish(events)
            }
            group.cancelAll()
        }
    }
}
