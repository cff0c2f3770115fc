import Bus

/// What `platform top` shows: the figures of all brokers brought together, with rates from what each said before.
///
/// Workers are connected to every broker and tell each the same credits, so of workers and credits the largest number
/// counts; what brokers have in hand and waiting adds up.
struct TopTable: Equatable {
    /// One broker: where it is, what it said last, and what it said before that.
    struct Sample {
        var name: String
        /// Nil as long as it has said nothing, and when it has been silent.
        var latest: BusStatistics?
        var earlier: BusStatistics?
    }

    /// How much was asked for in a second, and how much of it failed; nil until two figures of one life are there.
    struct Rates: Equatable {
        var requests: Double?
        /// Refused, expired and lost; of a broker also what was not allowed.
        var errors: Double?
    }

    struct BrokerRow: Equatable {
        var name: String
        /// Nil when the broker is not heard.
        var figures: Figures?

        struct Figures: Equatable {
            var uptime: Duration
            var peers: Int
            var inFlight: Int
            var waiting: Int
            var heldBytes: Int
            var rates: Rates
        }
    }

    struct ServiceRow: Equatable {
        var name: String
        var workers = 0
        var credits = 0
        var inHand = 0
        var waiting = 0
        var oldestWaiting: Duration = .zero
        var rates = Rates()
    }

    struct WorkerRow: Equatable {
        var service: String
        var name: String
        /// The broker whose requests it counts.
        var broker: String
        var credits: Int
        var inHand: Int
        var peer: String?
    }

    /// In the order of the configuration.
    var brokers: [BrokerRow] = []
    /// By name.
    var services: [ServiceRow] = []
    /// By service, name and broker.
    var workers: [WorkerRow] = []
    /// All services; its rates are the brokers', which also count what no service was there for.
    var total = ServiceRow(name: "total")

    init(_ samples: [Sample]) {
        var rows: [String: ServiceRow] = [:]
        for sample in samples {
            brokers.append(BrokerRow(sample))
            for service in sample.latest?.services ?? [] {
                rows[service.name, default: ServiceRow(name: service.name)].add(service, of: sample)
            }
            workers += (sample.latest?.workers ?? []).map { WorkerRow($0, at: sample.name) }
        }
        services = rows.values.sorted { $0.name < $1.name }
        workers.sort { ($0.service, $0.name, $0.broker) < ($1.service, $1.name, $1.broker) }
        for service in services { total.add(service) }
        for broker in brokers { total.rates.add(broker.figures?.rates ?? Rates()) }
    }
}

extension TopTable.Sample {
    /// The time between the two figures by the broker's own clock; nil where one is missing or a broker has come back
    /// in between, whose counters began anew.
    var seconds: Double? {
        guard let latest, let earlier, latest.source == earlier.source, latest.uptime > earlier.uptime else {
            return nil
        }
        return (latest.uptime - earlier.uptime) / .seconds(1)
    }

    func rates(_ requests: (BusStatistics) -> Int, _ errors: (BusStatistics) -> Int) -> TopTable.Rates {
        TopTable.Rates(requests: rate(requests), errors: rate(errors))
    }

    /// A count that is smaller than before began anew: its service had gone and come back.
    private func rate(_ count: (BusStatistics) -> Int) -> Double? {
        guard let latest, let earlier, let seconds else { return nil }
        let (now, before) = (count(latest), count(earlier))
        return Double(now >= before ? now - before : now) / seconds
    }
}

extension TopTable.Rates {
    mutating func add(_ other: Self) {
        requests = Self.sum(requests, other.requests)
        errors = Self.sum(errors, other.errors)
    }

    private static func sum(_ one: Double?, _ other: Double?) -> Double? {
        one.map { $0 + (other ?? 0) } ?? other
    }
}

extension TopTable.BrokerRow {
    init(_ sample: TopTable.Sample) {
        name = sample.name
        figures = sample.latest.map { latest in
            Figures(
                uptime: latest.uptime,
                peers: latest["peers"],
                inFlight: latest["inFlight"],
                waiting: latest["waiting"],
                heldBytes: latest["heldBytes"],
                rates: sample.rates(
                    { $0["requests"] },
                    { $0["refused"] + $0["forbidden"] + $0["expired"] + $0["lost"] }
                )
            )
        }
    }
}

extension TopTable.ServiceRow {
    /// What one broker says of the service.
    fileprivate mutating func add(_ service: BusStatistics.Service, of sample: TopTable.Sample) {
        workers = max(workers, service.workers)
        credits = max(credits, service.credits)
        inHand += service.inHand
        waiting += service.waiting
        oldestWaiting = max(oldestWaiting, service.oldestWaiting)
        let name = service.name
        rates.add(
            sample.rates(
                { $0.service(name)?.requests ?? 0 },
                { $0.service(name).map { $0.refused + $0.expired + $0.lost } ?? 0 }
            )
        )
    }

    /// Another service, for the total.
    fileprivate mutating func add(_ other: Self) {
        workers += other.workers
        credits += other.credits
        inHand += other.inHand
        waiting += other.waiting
        oldestWaiting = max(oldestWaiting, other.oldestWaiting)
    }
}

extension TopTable.WorkerRow {
    init(_ worker: BusStatistics.Worker, at broker: String) {
        self.init(
            service: worker.service,
            name: worker.name,
            broker: broker,
            credits: worker.credits,
            inHand: worker.inHand,
            peer: worker.peer
        )
    }
}

extension BusStatistics {
    fileprivate func service(_ name: String) -> Service? { services.first { $0.name == name } }
}
