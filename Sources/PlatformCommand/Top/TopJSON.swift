import Bus
import JSON

/// The table as one JSON object, for programs; a rate that is not known yet is null.
enum TopJSON {
    static func object(_ table: TopTable, at time: Timestamp, workers: Bool) -> JSONValue {
        var object: JSONObject = [
            "time": .string(time.description),
            "brokers": .array(table.brokers.map(broker)),
            "services": .array(table.services.map(service)),
            "total": service(table.total),
        ]
        if workers { object["workers"] = .array(table.workers.map(worker)) }
        return .object(object)
    }

    private static func broker(_ row: TopTable.BrokerRow) -> JSONValue {
        guard let figures = row.figures else { return ["broker": .string(row.name), "up": false] }
        return [
            "broker": .string(row.name), "up": true, "uptimeMs": milliseconds(figures.uptime),
            "peers": JSONValue(figures.peers), "inFlight": JSONValue(figures.inFlight),
            "waiting": JSONValue(figures.waiting), "heldBytes": JSONValue(figures.heldBytes),
            "requestsPerSecond": rate(figures.rates.requests), "errorsPerSecond": rate(figures.rates.errors),
        ]
    }

    private static func service(_ row: TopTable.ServiceRow) -> JSONValue {
        [
            "service": .string(row.name), "workers": JSONValue(row.workers), "credits": JSONValue(row.credits),
            "inHand": JSONValue(row.inHand), "waiting": JSONValue(row.waiting),
            "oldestWaitingMs": milliseconds(row.oldestWaiting), "requestsPerSecond": rate(row.rates.requests),
            "errorsPerSecond": rate(row.rates.errors),
        ]
    }

    private static func worker(_ row: TopTable.WorkerRow) -> JSONValue {
        [
            "service": .string(row.service), "worker": .string(row.name), "broker": .string(row.broker),
            "key": row.peer.map { .string($0) } ?? .null, "credits": JSONValue(row.credits),
            "inHand": JSONValue(row.inHand),
        ]
    }

    private static func milliseconds(_ duration: Duration) -> JSONValue { JSONValue(Int(duration / .milliseconds(1))) }

    /// To a tenth.
    private static func rate(_ rate: Double?) -> JSONValue {
        rate.map { JSONValue(($0 * 10).rounded() / 10) } ?? .null
    }
}
