import ZeroMQ

/// What a publisher has for one broker, and how its thread is told.
struct PublisherLane: Sendable {
    let endpoint: Endpoint
    let outbox: EventOutbox
    let mailbox = Mailbox<PublisherCommand>()

    init(to endpoint: Endpoint, limit: Int, byteLimit: Int) {
        self.endpoint = endpoint
        outbox = EventOutbox(limit: limit, byteLimit: byteLimit)
    }

    /// Hands over events; never waits.
    func add(_ messages: [EventMessage]) {
        if outbox.add(messages) { mailbox.post(.publish) }
    }
}
