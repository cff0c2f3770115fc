import Bus
import ZeroMQ

/// Where the parts of one process meet the brokers: the broker of their process, over `inproc`, when it has one, else
/// all that the configuration names.
struct NodeEndpoints {
    let bus: [Endpoint]
    let publish: [Endpoint]
    let subscribe: [Endpoint]

    init(_ configuration: PlatformConfiguration) {
        let isLocal = configuration.parts.contains(.broker)
        bus = isLocal ? [.inproc("bus")] : configuration.bus
        publish = isLocal ? [.inproc("events-publish")] : configuration.eventsPublish
        subscribe = isLocal ? [.inproc("events-subscribe")] : configuration.eventsSubscribe
    }

    /// A broker is met inside of its process and outside of it at once.
    func broker(_ configuration: PlatformConfiguration) -> Broker.Configuration {
        Broker.Configuration(
            endpoints: bus + configuration.bus,
            publish: publish + configuration.eventsPublish,
            subscribe: subscribe + configuration.eventsSubscribe
        )
    }
}
