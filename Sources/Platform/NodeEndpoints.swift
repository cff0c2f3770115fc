import Bus
import ZeroMQ

/// Where the parts of one process meet the bus: `inproc` when the broker is one of them, else over the network.
struct NodeEndpoints {
    let bus: Endpoint
    let publish: Endpoint
    let subscribe: Endpoint
    private let isLocal: Bool

    init(_ configuration: PlatformConfiguration) {
        isLocal = configuration.parts.contains(.broker)
        bus = isLocal ? .inproc("bus") : configuration.bus
        publish = isLocal ? .inproc("events-publish") : configuration.eventsPublish
        subscribe = isLocal ? .inproc("events-subscribe") : configuration.eventsSubscribe
    }

    /// A broker is met inside of its process and outside of it at once.
    func broker(_ configuration: PlatformConfiguration) -> Broker.Configuration {
        Broker.Configuration(
            endpoints: [bus, configuration.bus],
            publish: [publish, configuration.eventsPublish],
            subscribe: [subscribe, configuration.eventsSubscribe]
        )
    }
}
