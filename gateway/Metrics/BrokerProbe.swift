public import Bus
import JSON

/// A broker whose figures `GET /metrics` shows, and how it is asked.
public struct BrokerProbe: Sendable {
    /// Names the broker in the label `broker`; its endpoint, so that the name outlives the broker's process.
    public var name: String
    /// A client that is connected to this broker alone; somebody else runs it.
    public var client: BusClient

    public init(name: String, client: BusClient) {
        self.name = name
        self.client = client
    }

    /// How long a scrape waits for a broker: well under the 10 s that Prometheus waits by default.
    private static let patience: Duration = .seconds(2)

    /// What the broker says; nil when it does not answer.
    func statistics() async -> BusStatistics? {
        let reply = try? await client.request("broker", "statistics", within: Self.patience, repeatable: true)
        guard let reply, reply.status.isSuccess, let data = try? JSONValue(parsing: reply.body) else { return nil }
        return BusStatistics(reading: data)
    }
}
