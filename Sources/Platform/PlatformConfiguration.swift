import Bus
public import Configuration
import Discovery
public import Gateway
import JobControl
public import ZeroMQ

/// What one process runs, and at which endpoints it is met.
///
/// The same type describes `platform all`, one part, and a test's platform: only the values differ.
public struct PlatformConfiguration: Sendable {
    /// One service of the platform that a process may run.
    public enum Part: String, Sendable, CaseIterable {
        case broker, discovery, gateway
        case sharedState = "shared-state"
        case jobControl = "job-control"
    }

    /// What this process runs. Default: every part.
    public var parts = Set(Part.allCases)
    /// Where the bus is: a process with the broker binds its one endpoint, every other one connects to all brokers.
    /// Default: `tcp://127.0.0.1:5550`.
    public var bus = [Endpoint.tcp("127.0.0.1", port: 5550)]
    /// Where events are published, a broker each. Default: one port above each endpoint of the bus.
    public var eventsPublish = [Endpoint.tcp("127.0.0.1", port: 5551)]
    /// Where events are read, a broker each. Default: two ports above each endpoint of the bus.
    public var eventsSubscribe = [Endpoint.tcp("127.0.0.1", port: 5552)]
    /// Where documents, the registry and jobs are kept. Default: `sqlite:platform.db` in the working directory.
    public var store = "sqlite:platform.db"
    /// The address that the gateway's ports bind. Default: `127.0.0.1`.
    public var host = "127.0.0.1"
    /// The gateway's port for everything. Default: 8080; 0 takes a free one.
    public var httpPort = 8080
    /// The ports of clients of one service. Defaults: 4000, 4500 and 4700; 0 takes a free one.
    public var discoveryPort = 4000
    public var statePort = 4500
    public var jobPort = 4700
    /// Ports with one engine's paths at the root, `[4600: "person"]`. Default: none.
    public var enginePorts: [Int: String] = [:]
    /// The proxies whose `Forwarded` header is believed, by address. Default: none.
    public var trustedProxies: [AddressRange] = []
    /// The largest HTTP body, in bytes. Default: 8 MiB.
    public var maximumBody = 8 * 1024 * 1024
    /// How many changes of one document are kept, the newest ones. Default: 10,000.
    public var stateHistoryLimit = 10_000
    /// How many days a change of a document is kept. Default: 30.
    public var stateHistoryDays = 30
    /// How often an HTTP service with a `pingURL` is fetched, in milliseconds. Default: 30 s.
    public var pingInterval: Duration = .seconds(30)
    /// How long one ping may take. Default: 5 s.
    public var pingTimeout: Duration = .seconds(5)
    /// How many failed pings in a row evict a service. Default: 3.
    public var pingFailures = 3
    /// How many jobs run at once; others wait. Default: 1,024.
    public var jobsAtOnce = 1_024
    /// How many jobs wait for their turn; more are refused. Default: 10,000.
    public var jobsWaiting = 10_000
    /// How many tasks of one service are under way at once, over all jobs. Default: 1,024.
    public var tasksPerService = 1_024
    /// How long a job-control that is not heard of counts as alive, where several share a store. Default: 15 s.
    public var jobLease: Duration = .seconds(15)
    /// How many days a job is kept after its end; 0 keeps it for ever. Default: 30.
    public var jobRetentionDays = 30
    /// How many of the newest jobs are kept; 0 keeps all. Default: 1,000,000.
    public var jobRetentionCount = 1_000_000
    /// How this process knows others on the bus, and they it. Default: without keys, on one machine.
    public var keys = KeySettings()
    /// Which write of the job store ends this process, for tests. Default: none.
    public var crashPoint: CrashPoint?

    /// Every part on the defaults.
    public init() {}

    /// Reads every key of `docs/configuration.md`; a missing one keeps its default.
    /// Who runs no part publishes nothing and needs no `eventsPublish`.
    ///
    /// - Throws: ``ConfigurationError`` when a value is of the wrong kind, out of range or malformed, and when an address
    ///   other than loopback is asked for: nothing is opened to a network without authentication.
    public init(parts: Set<Part>, reading config: ConfigReader) throws {
        self.parts = parts
        bus = try config.endpoints("bus", default: bus)
        eventsPublish = try config.endpoints(
            "eventsPublish",
            default: parts.isEmpty ? [] : events("eventsPublish", \.besideForPublishing)
        )
        eventsSubscribe = try config.endpoints(
            "eventsSubscribe",
            default: events("eventsSubscribe", \.besideForSubscribing)
        )
        try refuseSeveralBrokers()
        store = try config.text("store") ?? store
        host = try config.text("host") ?? host
        httpPort = try config.port("httpPort", default: httpPort)
        discoveryPort = try config.port("discoveryPort", default: discoveryPort)
        statePort = try config.port("statePort", default: statePort)
        jobPort = try config.port("jobPort", default: jobPort)
        enginePorts = try config.enginePorts("enginePorts", default: enginePorts)
        trustedProxies = try config.addressRanges("trustedProxies", default: trustedProxies)
        maximumBody = try config.integer("maximumBody", in: 1...(64 * 1024 * 1024), default: maximumBody)
        stateHistoryLimit = try config.integer("stateHistoryLimit", in: 1...1_000_000, default: stateHistoryLimit)
        stateHistoryDays = try config.integer("stateHistoryDays", in: 1...36_500, default: stateHistoryDays)
        pingInterval = try config.milliseconds("pingIntervalMs", default: pingInterval)
        pingTimeout = try config.milliseconds("pingTimeoutMs", default: pingTimeout)
        pingFailures = try config.integer("pingFailures", in: 1...1000, default: pingFailures)
        jobsAtOnce = try config.integer("jobsAtOnce", in: 1...100_000, default: jobsAtOnce)
        jobsWaiting = try config.integer("jobsWaiting", in: 0...1_000_000, default: jobsWaiting)
        tasksPerService = try config.integer("tasksPerService", in: 1...100_000, default: tasksPerService)
        jobLease = try config.milliseconds("jobLeaseMs", default: jobLease)
        jobRetentionDays = try config.integer("jobRetentionDays", in: 0...36_500, default: jobRetentionDays)
        jobRetentionCount = try config.integer("jobRetentionCount", in: 0...1_000_000_000, default: jobRetentionCount)
        keys = try config.keySettings()
        try refuseOpenAddresses()
    }

    /// Where events are met beside every endpoint of the bus.
    private func events(_ key: String, _ beside: (Endpoint) -> Endpoint?) throws -> [Endpoint] {
        try bus.map { endpoint in
            guard let events = beside(endpoint) else {
                throw ConfigurationError(
                    key: key,
                    reason: "must be said where the bus is \(endpoint), no tcp://HOST:PORT"
                )
            }
            return events
        }
    }

    /// What a process with the broker listens on, by the settings' keys.
    private var bound: [(key: String, endpoints: [Endpoint])] {
        [("bus", bus), ("eventsPublish", eventsPublish), ("eventsSubscribe", eventsSubscribe)]
    }

    /// A broker binds one endpoint of each kind, and every broker has one of each.
    private func refuseSeveralBrokers() throws {
        for (key, endpoints) in bound where parts.contains(.broker) && endpoints.count > 1 {
            throw ConfigurationError(
                key: key,
                reason: "a process with a broker binds one endpoint, not \(endpoints.count): \(endpoints.list)"
            )
        }
        for (key, endpoints) in bound where endpoints.count != bus.count && !(parts.isEmpty && endpoints.isEmpty) {
            throw ConfigurationError(
                key: key,
                reason: "names \(endpoints.count) brokers, but the bus has \(bus.count): \(bus.list)"
            )
        }
    }

    private func refuseOpenAddresses() throws {
        if parts.contains(.broker), keys.keyFile == nil {
            for (key, endpoints) in bound {
                for endpoint in endpoints where !endpoint.isLoopback {
                    throw ConfigurationError(key: key, reason: "\(endpoint) \(Self.needsKeys)")
                }
            }
        }
        if parts.contains(.gateway), !Endpoint.tcp(host, port: 1).isLoopback {
            throw ConfigurationError(key: "host", reason: "\(host) \(Self.loopbackOnly)")
        }
    }

    private static let needsKeys =
        "is not a loopback address, and there are no keys to know others by; set keyFile and accessFile, or use 127.0.0.1"
    private static let loopbackOnly =
        "is not a loopback address, and nothing is opened to a network without authentication; use 127.0.0.1"
}

/// A setting that cannot be used: which one, and why.
public struct ConfigurationError: Error, CustomStringConvertible {
    /// The setting's key, as `docs/configuration.md` lists it.
    public var key: String
    /// What is wrong with its value.
    public var reason: String

    public init(key: String, reason: String) {
        self.key = key
        self.reason = reason
    }

    public var description: String { "setting \(key): \(reason)" }
}

extension PlatformConfiguration {
    /// What the gateway is told.
    var gateway: GatewayConfiguration {
        var gateway = GatewayConfiguration()
        gateway.host = host
        gateway.port = httpPort
        gateway.servicePorts = ["discovery": discoveryPort, "shared-state": statePort, "job-control": jobPort]
        gateway.enginePorts = enginePorts
        gateway.bodyLimit = maximumBody
        gateway.trustedProxies = trustedProxies
        return gateway
    }

    /// What discovery is told.
    func discovery(at bus: [Endpoint], security: CurveClient? = nil) -> DiscoveryService.Configuration {
        var discovery = DiscoveryService.Configuration(endpoints: bus)
        discovery.security = security
        discovery.liveness.pingInterval = pingInterval
        discovery.liveness.pingTimeout = pingTimeout
        discovery.liveness.pingFailures = pingFailures
        return discovery
    }

    /// What job-control is told.
    var jobs: JobController.Configuration {
        var jobs = JobController.Configuration()
        jobs.runningLimit = jobsAtOnce
        jobs.waitingLimit = jobsWaiting
        jobs.tasksPerService = tasksPerService
        jobs.lease = jobLease
        jobs.retentionAge = jobRetentionDays > 0 ? .seconds(jobRetentionDays * 86_400) : nil
        jobs.retentionCount = jobRetentionCount > 0 ? jobRetentionCount : nil
        return jobs
    }
}
