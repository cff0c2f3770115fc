import Bus
import HTTPTypes

/// `GET /metrics`: the figures of the brokers, of the gateway and of its process, as Prometheus reads them.
///
/// The brokers are asked when somebody scrapes and never otherwise. One that does not answer in time is down in
/// `platform_broker_up`; the other figures are still told.
struct MetricsRoutes: Sendable {
    let brokers: [BrokerProbe]
    let client: BusClient
    let counters: GatewayCounters

    var all: [Route] { [.get("/metrics") { _ in await answer() }] }

    private func answer() async -> Answer {
        var exposition = Exposition()
        exposition.addBrokers(await reports())
        exposition.addGateway(counters.contents)
        exposition.addClient(client.statistics)
        exposition.addProcess(.now())
        return Answer(status: .ok, contentType: Exposition.contentType, bytes: Array(exposition.text.utf8))
    }

    /// All are asked at once; the order is that of the configuration.
    private func reports() async -> [BrokerReport] {
        await withTaskGroup(of: (Int, BusStatistics?).self) { group in
            for (index, broker) in brokers.enumerated() { group.addTask { (index, await broker.statistics()) } }
            var reports = brokers.map { BrokerReport(name: $0.name) }
            for await (index, statistics) in group { reports[index].statistics = statistics }
            return reports
        }
    }
}
