import ArgumentParser
import Configuration

/// What the parts of the platform can be told. Each option is the flag of the setting with its name.
struct NodeOptions: ParsableArguments {
    @OptionGroup var process: ProcessOptions

    @Option(
        help: """
            Where state, registry and jobs are kept: sqlite:PATH, postgres://USER@HOST:PORT/DATABASE or memory. \
            (default: sqlite:platform.db)
            """
    )
    var store: String?
    @Option(help: "Where events are published, a broker each. (default: one port above each of the bus)")
    var eventsPublish: String?
    @Option(help: "Where events are read, a broker each. (default: two ports above each of the bus)")
    var eventsSubscribe: String?
    @Option(help: "The loopback address that HTTP listens on. (default: 127.0.0.1)")
    var host: String?
    @Option(help: "The HTTP port for everything. (default: 8080; 0: a free one)")
    var httpPort: Int?
    @Option(help: "The HTTP port of discovery alone. (default: 4000)")
    var discoveryPort: Int?
    @Option(help: "Who may do what, for a process with a broker that has keys: see `platform keys`. (default: none)")
    var accessFile: String?
    @Option(help: "The HTTP port of shared state alone. (default: 4500)")
    var statePort: Int?
    @Option(help: "The HTTP port of job control alone. (default: 4700)")
    var jobPort: Int?
    @Option(help: "HTTP ports of engines: 4600=person,4601=todo. (default: none)")
    var enginePorts: String?
    @Option(help: "Proxies whose Forwarded header is believed: addresses, CIDR ranges, or both. (default: none)")
    var trustedProxies: String?
    @Option(help: "The largest HTTP body, in bytes. (default: 8388608)")
    var maximumBody: Int?
    @Option(help: "Changes of one document that are kept, the newest ones. (default: 10000)")
    var stateHistoryLimit: Int?
    @Option(help: "Days that a change of a document is kept. (default: 30)")
    var stateHistoryDays: Int?
    @Option(help: "Milliseconds between two pings of an HTTP service. (default: 30000)")
    var pingIntervalMs: Int?
    @Option(help: "Milliseconds that one ping may take. (default: 5000)")
    var pingTimeoutMs: Int?
    @Option(help: "Failed pings in a row that evict a service. (default: 3)")
    var pingFailures: Int?
    @Option(help: "Jobs that run at once; others wait for their turn. (default: 1024)")
    var jobsAtOnce: Int?
    @Option(help: "Jobs that wait for their turn; more are refused. (default: 10000)")
    var jobsWaiting: Int?
    @Option(help: "Tasks of one service that are under way at once. (default: 1024)")
    var tasksPerService: Int?
    @Option(
        help: """
            Milliseconds for which a job control that is not heard of counts as alive, where several share a store. \
            (default: 15000)
            """
    )
    var jobLeaseMs: Int?
    @Option(help: "Days that a job is kept after its end. (default: 30; 0: for ever)")
    var jobRetentionDays: Int?
    @Option(help: "How many of the newest jobs are kept. (default: 1000000; 0: all)")
    var jobRetentionCount: Int?

    var flags: [AbsoluteConfigKey: ConfigValue] {
        let own: [AbsoluteConfigKey: ConfigValue?] = [
            "store": .text(store), "eventsPublish": .text(eventsPublish), "eventsSubscribe": .text(eventsSubscribe),
            "accessFile": .text(accessFile), "host": .text(host), "enginePorts": .text(enginePorts),
            "trustedProxies": .text(trustedProxies),
            "httpPort": .number(httpPort), "discoveryPort": .number(discoveryPort), "statePort": .number(statePort),
            "jobPort": .number(jobPort), "maximumBody": .number(maximumBody),
            "stateHistoryLimit": .number(stateHistoryLimit), "stateHistoryDays": .number(stateHistoryDays),
            "pingIntervalMs": .number(pingIntervalMs), "pingTimeoutMs": .number(pingTimeoutMs),
            "pingFailures": .number(pingFailures), "jobsAtOnce": .number(jobsAtOnce),
            "jobsWaiting": .number(jobsWaiting), "tasksPerService": .number(tasksPerService),
            "jobLeaseMs": .number(jobLeaseMs), "jobRetentionDays": .number(jobRetentionDays),
            "jobRetentionCount": .number(jobRetentionCount),
        ]
        return process.bus.flags.merging(own.compactMapValues { $0 }) { $1 }
    }
}
