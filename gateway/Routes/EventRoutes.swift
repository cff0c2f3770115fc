import AsyncAlgorithms
import Bus
import HTTPTypes
import HummingbirdCore
import ServiceLifecycle

/// `GET /events?topic=`: the events of any topics as server-sent events.
///
/// `topic` is a prefix of topics and may come several times. What is published after the head has arrived is in the
/// stream. It has no past and may lose: where a connection was lost, or a client read too slowly for its buffer, it
/// sends an event named `interrupted` in the place of what is missing. Job events without holes are at
/// `/jobs/{id}/events`.
struct EventRoutes: Sendable {
    let events: EventSubscriber
    let configuration: GatewayConfiguration

    /// How many prefixes one stream may have.
    private static let topicLimit = 16
    /// How many events wait for a slow client; it misses them all when there are more.
    private static let bufferLimit = 1000
    /// How many bytes of events wait for a slow client, over all prefixes of its stream.
    private static let byteLimit = 2 * 1024 * 1024

    /// How many clients are served at once.
    private let seats = StreamSeats(256)

    var all: [Route] { [.get("/events") { exchange in try await answer(exchange) }] }

    private func answer(_ exchange: Exchange) async throws -> Answer {
        let prefixes = try Self.prefixes(in: exchange)
        guard let seat = seats.take() else {
            throw Refusal(tooManyStreams: seats.limit, retryAfter: configuration.retryAfter)
        }
        let subscriptions = try await exchange.connection.waiting(abandonable: true) {
            try await subscribe(to: prefixes)
        }
        let sources = subscriptions.map { subscription -> ServerSentEvents.Source in
            { channel in await Self.pass(subscription, to: channel) }
        }
        var answer = Answer(status: .ok, fields: ServerSentEvents.fields)
        answer.body = .stream { writer in
            // The tasks end with the connection; the subscriptions and the seat with the answer that holds them.
            defer { withExtendedLifetime(seat) {} }
            try await exchange.connection.waiting(abandonable: true) {
                try await ServerSentEvents.write(from: sources, to: &writer)
            }
            try await writer.finish(nil)
        }
        return answer
    }

    /// Subscribes to all at once, so that they wait for the broker together.
    ///
    /// - Throws: ``Refusal`` 503 when no broker confirms the subscriptions in time.
    private func subscribe(to prefixes: [String]) async throws -> [EventSubscription] {
        try await withThrowingTaskGroup(of: EventSubscription.self) { group in
            for prefix in prefixes {
                group.addTask {
                    try await events.subscribe(
                        to: prefix,
                        bufferLimit: Self.bufferLimit,
                        byteLimit: Self.byteLimit / prefixes.count,
                        within: configuration.requestTimeout
                    )
                }
            }
            do {
                return try await group.reduce(into: []) { $0.append($1) }
            } catch is BusError {
                throw Refusal.busUnreachable
            }
        }
    }

    private static func pass(_ subscription: EventSubscription, to channel: ServerSentEvents.Channel) async {
        for await delivery in subscription.cancelOnGracefulShutdown() {
            switch delivery {
            case .events(let events): await channel.send(ServerSentEvents.text(of: events, numbered: false))
            case .interrupted: await channel.send(ServerSentEvents.interruption)
            }
        }
    }

    /// The prefixes that are asked for, without those that another one covers.
    private static func prefixes(in exchange: Exchange) throws(Refusal) -> [String] {
        let topics = Set(try exchange.target.items().filter { $0.name == "topic" }.map(\.value))
        guard !topics.isEmpty else {
            throw .badRequest("topic is missing: name the beginning of the topics, such as ?topic=job.")
        }
        guard topics.count <= topicLimit else { throw .badRequest("At most \(topicLimit) topics are streamed at once") }
        if let own = topics.first(where: { $0.hasPrefix("~") }) {
            throw .badRequest("Topics that begin with ~ are the protocol's own: \(own)")
        }
        guard topics.allSatisfy({ $0.utf8.count <= EventSubscriber.longestPrefix }) else {
            throw .badRequest("A topic has at most \(EventSubscriber.longestPrefix) bytes")
        }
        return topics.filter { topic in !topics.contains { $0 != topic && topic.hasPrefix($0) } }.sorted()
    }
}
