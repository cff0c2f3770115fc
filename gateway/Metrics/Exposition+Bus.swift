import Bus

/// What one broker said, or that it did not answer.
struct BrokerReport: Sendable {
    var name: String
    var statistics: BusStatistics?
}

extension Exposition {
    /// The brokers' figures; those of a broker that did not answer are left out.
    mutating func addBrokers(_ brokers: [BrokerReport]) {
        begin("platform_broker_up", .gauge, "Whether the broker answered this scrape.")
        for broker in brokers { add(broker.statistics == nil ? 0 : 1, ["broker": broker.name]) }
        let answers = brokers.compactMap { broker in broker.statistics.map { (broker.name, $0) } }
        begin("platform_broker_uptime_seconds", .gauge, "How long the broker has been running.")
        for (broker, statistics) in answers { add(statistics.uptime / .seconds(1), ["broker": broker]) }
        for number in BusNumber.all {
            begin(number.metric, number.kind, number.help)
            for (broker, statistics) in answers { add(statistics[number.name], ["broker": broker]) }
        }
        for figure in ServiceFigure.all {
            begin(figure.metric, figure.kind, figure.help)
            for (broker, statistics) in answers {
                for service in statistics.services {
                    add(figure.value(service), ["broker": broker, "service": service.name])
                }
            }
        }
    }

    /// The figures of the gateway's own connection to the bus.
    mutating func addClient(_ statistics: BusClient.Statistics) {
        add(
            "platform_client_requests_sent_total",
            .counter,
            "Requests handed to a broker by the gateway's bus client, each attempt counted.",
            statistics.requestsSent
        )
        add(
            "platform_client_requests_in_flight",
            .gauge,
            "Requests of the gateway's bus client that wait for their reply.",
            statistics.requestsInFlight
        )
        add(
            "platform_client_replies_total",
            .counter,
            "Replies that found somebody waiting, the broker's own included.",
            statistics.repliesReceived
        )
        add(
            "platform_client_replies_dropped_total",
            .counter,
            "Replies that came after their request was over.",
            statistics.repliesDropped
        )
        add(
            "platform_client_connections_lost_total",
            .counter,
            "How often a connection to a broker was lost.",
            statistics.connectionsLost
        )
        add(
            "platform_client_failovers_total",
            .counter,
            "How often the client went on to another broker.",
            statistics.failovers
        )
    }
}

/// A number of the whole broker, and how it is exposed.
private struct BusNumber {
    var name: String
    var metric: String
    var kind: Exposition.Kind
    var help: String

    private static func counter(_ name: String, as metric: String? = nil, _ help: String) -> Self {
        Self(name: name, metric: "platform_broker_\(metric ?? name)_total", kind: .counter, help: help)
    }

    private static func gauge(_ name: String, as metric: String, _ help: String) -> Self {
        Self(name: name, metric: "platform_broker_\(metric)", kind: .gauge, help: help)
    }

    static let all: [Self] = [
        counter("requests", "Requests accepted."),
        counter("replies", "Replies passed to their clients."),
        counter("parts", "Parts of replies passed to their clients."),
        counter("queued", "Requests that had to wait for a credit."),
        counter("refused", "Requests refused: no worker, too much waiting, too large."),
        counter("expired", "Requests whose deadline passed."),
        counter("cancelled", "Requests that their clients took back, or left behind."),
        counter("repeated", "Requests given to another worker because the one that had them was gone."),
        counter("lost", "Requests answered 502 because the worker that had them was gone."),
        counter("stale", "Replies to nothing that their sender was asked: too late, or forged."),
        counter("undeliverable", "Messages that a peer's connection did not take."),
        counter("droppedBytes", as: "dropped_bytes", "Bytes of those messages."),
        counter("malformed", "Messages that are none of the protocol."),
        counter("forbidden", "Requests and workers that the access rules did not allow."),
        counter(
            "unknownKeys",
            as: "unknown_keys",
            "Connections refused because the access rules do not name their key."
        ),
        counter("forbiddenEvents", as: "forbidden_events", "Events that their publisher may not publish."),
        counter("forbiddenSubscriptions", as: "forbidden_subscriptions", "Subscriptions that were not allowed."),
        gauge("peers", as: "peers", "Connected clients and workers."),
        gauge("inFlight", as: "in_flight", "Requests that are not answered, waiting or with a worker."),
        gauge("waiting", as: "waiting", "Requests that wait for a credit."),
        gauge("heldBytes", as: "held_bytes", "Bytes of requests that are kept, waiting or to be repeated."),
        gauge("peerBytes", as: "peer_bytes", "Bytes that are on their way to peers."),
    ]
}

/// A number of one service at a broker, and how it is exposed.
private struct ServiceFigure {
    var metric: String
    var kind: Exposition.Kind
    var help: String
    var value: @Sendable (BusStatistics.Service) -> Double

    private static func counter(
        _ metric: String,
        _ help: String,
        _ value: @escaping @Sendable (BusStatistics.Service) -> Int
    ) -> Self {
        Self(metric: "platform_bus_\(metric)_total", kind: .counter, help: help) { Double(value($0)) }
    }

    private static func gauge(
        _ metric: String,
        _ help: String,
        _ value: @escaping @Sendable (BusStatistics.Service) -> Int
    ) -> Self {
        Self(metric: "platform_bus_\(metric)", kind: .gauge, help: help) { Double(value($0)) }
    }

    static let all: [Self] = [
        counter("requests", "Requests accepted for the service.") { $0.requests },
        counter("replies", "Replies of the service passed to their clients.") { $0.replies },
        counter("refused", "Requests of the service refused: no worker left, too much waiting, too large.") {
            $0.refused
        },
        counter("expired", "Requests whose deadline passed.") { $0.expired },
        counter("lost", "Requests answered 502 because the worker that had them was gone.") { $0.lost },
        gauge("workers", "Workers that take requests of the service.") { $0.workers },
        gauge("credits", "Requests that the service's workers would take at once.") { $0.credits },
        gauge("in_hand", "Requests that the service's workers have in hand.") { $0.inHand },
        gauge("waiting", "Requests that wait for a credit.") { $0.waiting },
        Self(
            metric: "platform_bus_oldest_waiting_seconds",
            kind: .gauge,
            help: "How long the oldest request of the service has been waiting.",
            value: { $0.oldestWaiting / .seconds(1) }
        ),
    ]
}
