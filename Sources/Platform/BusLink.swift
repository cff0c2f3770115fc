import Bus
import Discovery
import Logging
import ServiceLifecycle
import ZeroMQ

/// What every part of a process shares of the bus: one client, one publisher, one subscriber, one directory.
struct BusLink {
    let client: BusClient
    let publisher: EventPublisher
    let events: EventSubscriber
    let directory: Directory

    init(to endpoints: NodeEndpoints, security: CurveClient?, context: Context, logger: Logger) {
        client = BusClient(.init(endpoints: endpoints.bus, security: security), context: context, logger: logger)
        publisher = EventPublisher(
            endpoints: endpoints.publish,
            context: context,
            logger: logger,
            security: security
        )
        events = EventSubscriber(
            endpoints: endpoints.subscribe,
            context: context,
            logger: logger,
            security: security
        )
        directory = Directory(client: client, events: events, logger: logger)
    }

    /// In the order in which they start.
    var services: [any Service] { [client, publisher, events, directory] }
}
