import Bus
import JobControl

extension Listener {
    /// The port for everything, then those of single services.
    ///
    /// A service's port has all other paths too: links are made from the port that a request came in on, and a
    /// client that found a service by discovery's port follows them there.
    static func all(
        _ configuration: GatewayConfiguration,
        client: BusClient,
        events: EventSubscriber?,
        metrics: MetricsRoutes
    ) -> [Listener] {
        let shared = sharedRoutes(configuration, client: client, events: events) + metrics.all
        let own = GatewayRoutes.common(version: configuration.version, forms: shared)
        var listeners = [Listener(service: nil, port: configuration.port, routes: RouteTable(own + shared))]
        for (service, port) in configuration.servicePorts.sorted(by: { $0.key < $1.key }) {
            let root = ServiceRoutes.root(of: service, isEngine: false)
            listeners.append(Listener(service: service, port: port, routes: RouteTable(root + shared)))
        }
        for (port, service) in configuration.enginePorts.sorted(by: { $0.key < $1.key }) {
            let root = ServiceRoutes.root(of: service, isEngine: true)
            listeners.append(Listener(service: service, port: port, routes: RouteTable(root + shared)))
        }
        return listeners
    }

    private static func sharedRoutes(
        _ configuration: GatewayConfiguration,
        client: BusClient,
        events: EventSubscriber?
    ) -> [Route] {
        let streams = events.map { events in
            JobEventRoutes(jobs: JobClient(client), events: events, configuration: configuration).all
                + EventRoutes(events: events, configuration: configuration).all
        }
        return DiscoveryRoutes.all + StateRoutes.all + JobRoutes.all + (streams ?? []) + ServiceRoutes.all
            + GatewayRoutes.probes { await isReachable(client) }
    }

    /// Whether the broker answers.
    private static func isReachable(_ client: BusClient) async -> Bool {
        let reply = try? await client.request("broker", "ping", within: .seconds(1))
        return reply?.status.isSuccess ?? false
    }
}
