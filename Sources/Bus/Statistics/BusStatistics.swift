public import JSON

/// What a broker says of itself: once a second on the topic `bus.statistics` while somebody listens, and whenever its
/// own service is asked for `statistics`.
///
/// Counters count from the broker's start. A member that is missing reads as 0, so that a broker of another age can be
/// read too.
public struct BusStatistics: Sendable, Hashable {
    /// The topic of the events.
    public static let topic = "bus.statistics"

    /// Names the broker's life: another source means that its counters began anew.
    public var source: String
    /// How long the broker has been running.
    public var uptime: Duration
    /// Its numbers by their names, such as `malformed` (a counter) or `heldBytes` (what there is now).
    public var numbers: [String: Int]
    /// The services that have workers, or have counted something.
    public var services: [Service]
    /// The workers that take requests.
    public var workers: [Worker]

    /// What one service did and does at this broker.
    public struct Service: Sendable, Hashable {
        /// The service's name on the bus.
        public var name: String
        /// How many workers take its requests.
        public var workers = 0
        /// How many requests its workers would take at once.
        public var credits = 0
        /// How many requests its workers have in hand.
        public var inHand = 0
        /// How many requests wait for a credit.
        public var waiting = 0
        /// How long the oldest of them has waited.
        public var oldestWaiting: Duration = .zero
        /// Requests accepted.
        public var requests = 0
        /// Replies passed to their clients.
        public var replies = 0
        /// Requests refused: no worker left, too much waiting, too large.
        public var refused = 0
        /// Requests whose deadline passed.
        public var expired = 0
        /// Requests answered 502 because the worker that had them is gone.
        public var lost = 0

        public init(name: String) { self.name = name }
    }

    /// What one worker does for this broker.
    public struct Worker: Sendable, Hashable {
        /// The service that it works for.
        public var service: String
        /// Names the worker as long as it is connected to this broker.
        public var name: String
        /// How many requests it takes at once.
        public var credits = 0
        /// How many of this broker's requests it has in hand.
        public var inHand = 0
        /// The name of its key; nil on a bus without keys.
        public var peer: String?

        public init(service: String, name: String) {
            self.service = service
            self.name = name
        }
    }

    public init(source: String = "", uptime: Duration = .zero) {
        self.source = source
        self.uptime = uptime
        numbers = [:]
        services = []
        workers = []
    }

    /// Reads an event's data, or the body of a reply.
    public init(reading data: JSONValue) {
        self.init(source: data["source"]?.stringValue ?? "", uptime: .milliseconds(data.count(of: "uptimeMs")))
        for (name, value) in data.objectValue ?? [:] { numbers[name] = value.intValue }
        services = (data["services"]?.arrayValue ?? []).compactMap(Service.init(reading:))
        workers = (data["workers"]?.arrayValue ?? []).compactMap(Worker.init(reading:))
    }

    /// Reads an event of ``topic``; its source is the broker's, whatever the data says.
    public init(_ event: Event) {
        self.init(reading: event.data)
        source = event.source
    }

    /// The number of this name; 0 when the broker does not say it.
    public subscript(name: String) -> Int { numbers[name] ?? 0 }
}

extension BusStatistics.Service {
    init?(reading data: JSONValue) {
        guard let name = data["service"]?.stringValue else { return nil }
        self.init(name: name)
        workers = data.count(of: "workers")
        credits = data.count(of: "credits")
        inHand = data.count(of: "inHand")
        waiting = data.count(of: "waiting")
        oldestWaiting = .milliseconds(data.count(of: "oldestWaitingMs"))
        requests = data.count(of: "requests")
        replies = data.count(of: "replies")
        refused = data.count(of: "refused")
        expired = data.count(of: "expired")
        lost = data.count(of: "lost")
    }
}

extension BusStatistics.Worker {
    init?(reading data: JSONValue) {
        guard let service = data["service"]?.stringValue, let name = data["worker"]?.stringValue else { return nil }
        self.init(service: service, name: name)
        credits = data.count(of: "credits")
        inHand = data.count(of: "inHand")
        peer = data["peer"]?.stringValue
    }
}

extension JSONValue {
    /// A member that counts something; 0 when it is not there.
    fileprivate func count(of name: String) -> Int { self[name]?.intValue ?? 0 }
}
