import ZeroMQ

/// One connection of a client to one broker, and how many requests are on it.
///
/// It is up once the broker has answered its first heartbeat: what is sent before certainly did not run, after a loss it
/// may have. A broker that leaves still answers what it has, so its link outlives its use for new requests.
final class ClientLink {
    /// Names the link among those of its client, for ever.
    let number: Int
    /// Where in the list of brokers it leads.
    let index: Int
    let endpoint: Endpoint
    /// Since when the broker has been there; nil as long as it has not answered.
    private(set) var upSince: Moment?
    /// Whether the broker said that it is about to end; it still answers what it has.
    var isLeaving = false
    /// Whether the broker said that it has taken back what this client had asked.
    var isForgotten = false
    /// How many requests are on it and not over.
    var inFlight = 0
    /// Nil when it is closed. Its calls go to libzmq and never come back here, so their exclusivity needs no check,
    /// which would be made twice for every request.
    @exclusivity(unchecked)
    private var link: BrokerLink?

    var isUp: Bool { upSince != nil }
    /// Whether requests may be sent over it.
    var takesRequests: Bool { isUp && !isLeaving && !isForgotten }

    /// Starts to connect, and asks whether the broker is there.
    init(number: Int, index: Int, of configuration: BusClient.Configuration, in context: Context) throws(ZMQError) {
        self.number = number
        self.index = index
        endpoint = configuration.endpoints[index]
        link = try BrokerLink(
            to: endpoint,
            in: context,
            heartbeat: configuration.heartbeat,
            security: configuration.security
        )
        try send(.hello, at: .now)
    }

    /// The broker has answered.
    func isThere(at now: Moment) { if upSince == nil { upSince = now } }

    /// Sends one frame; false when the link cannot take it now.
    func send(_ message: inout Message, at now: Moment) throws(ZMQError) -> Bool {
        try link?.send(&message, at: now) ?? false
    }

    /// Sends a control message; one that cannot be sent now is dropped.
    func send(_ control: Envelope, at now: Moment) throws(ZMQError) { try link?.send(control, at: now) }

    /// Says that this client is alive, when it has said nothing for long enough.
    func keepAlive(at now: Moment) throws(ZMQError) {
        if link?.liveness.owesHeartbeat(at: now) == true { try link?.send(.heartbeat, at: now) }
    }

    /// Receives one frame; false when there is none.
    func receive(into message: inout Message, at now: Moment) throws(ZMQError) -> Bool {
        try link?.receive(into: &message, at: now) ?? false
    }

    /// Whether sending or receiving is possible now, so that there must be no sleep.
    func hasWork(toSend: Bool) throws(ZMQError) -> Bool { try link?.hasWork(toSend: toSend) ?? false }

    /// Why the link is of no more use, or nil; what arrived before can still be received.
    func reasonOfLoss(at now: Moment) throws(ZMQError) -> String? {
        if isForgotten { return "the broker had heard nothing from this client" }
        if let reason = try link?.reasonOfLoss(at: now) { return reason }
        // What is up has carried something: it cannot be refused any more.
        guard !isUp else { return nil }
        return try link?.wasRefused() == true ? "the connection was refused" : nil
    }

    /// When ``keepAlive(at:)`` or ``reasonOfLoss(at:)`` may have something to do next.
    var nextChange: Moment { link?.liveness.nextChange ?? .never }

    func watch(with poller: inout Poller) { link?.watch(with: &poller) }

    /// Closes it, waiting at most `linger` for what was sent to leave.
    func close(linger: Duration = .zero) throws(ZMQError) { try link.take()?.close(linger: linger) }
}
