import Logging
import ZeroMQ

/// The thread of a publisher: owns its XPUB socket and sends what is in the outbox.
///
/// The broker's XSUB subscribes to everything as soon as it has a connection; before that message arrives, an XPUB would
/// drop every event silently, so nothing is sent.
final class PublisherLoop {
    private enum Ending { case lost, ended }

    /// How many events are taken from the outbox at once.
    private static let batchLimit = 256
    /// How many events wait for a broker that reads slowly; beyond, the newest are dropped.
    private static let sendQueueLimit = 65_536

    private let endpoint: Endpoint
    private let context: Context
    private let logger: Logger
    private let mailbox: Mailbox<PublisherCommand>
    private let outbox: EventOutbox
    private let connected: OneTimeSignal
    private let security: CurveClient?
    private let waker: Waker

    private var commands: [PublisherCommand] = []
    private var mustEnd = false
    /// Whether the broker has subscribed on this connection.
    private var isUp = false
    private var wasUnsubscribed = false
    private var message = Message()

    init(
        endpoint: Endpoint,
        context: Context,
        logger: Logger,
        mailbox: Mailbox<PublisherCommand>,
        outbox: EventOutbox,
        connected: OneTimeSignal,
        security: CurveClient? = nil
    ) throws(ZMQError) {
        self.endpoint = endpoint
        self.context = context
        self.logger = logger
        self.mailbox = mailbox
        self.outbox = outbox
        self.connected = connected
        self.security = security
        waker = try Waker()
        mailbox.attach(waker)
    }

    /// Serves one connection after another until told to end.
    func run() throws(ZMQError) {
        defer { _ = mailbox.close() }
        do throws(ZMQError) {
            while try serveOneConnection() {}
        } catch {
            guard error.code == .terminated else { throw error }
            logger.debug("publisher ended with its context")
        }
    }

    /// False when the publisher is to end.
    private func serveOneConnection() throws(ZMQError) -> Bool {
        var connection = try MonitoredSocket(
            .xpub,
            to: endpoint,
            in: context,
            waker: waker,
            security: security,
            setUp: Self.setUp
        )
        isUp = false
        wasUnsubscribed = false
        let ending = try serve(&connection)
        try connection.close(linger: isUp && ending == .ended ? .seconds(1) : .zero)
        guard ending == .lost else { return false }
        logger.warning("connection to the broker lost", metadata: ["endpoint": "\(endpoint)"])
        return true
    }

    /// The broker says nothing to a publisher, so ZeroMQ's own heartbeats have to tell that it is not there any more.
    private static func setUp(_ socket: borrowing Socket) throws(ZMQError) {
        try socket.set(.sendHighWaterMark, to: sendQueueLimit)
        try socket.set(.heartbeatInterval, to: .seconds(1))
        try socket.set(.heartbeatTimeout, to: .seconds(3))
    }

    private func serve(_ connection: inout MonitoredSocket) throws(ZMQError) -> Ending {
        while true {
            waker.reset()
            takeCommands()
            try takeSubscriptions(of: connection)
            if wasUnsubscribed { return .lost }
            if isUp { try sendEvents(over: connection) }
            if mustEnd { return .ended }
            if try connection.socket.pendingEvents().contains(.readable) { continue }
            if try connection.wasCut() { return .lost }
            if mailbox.prepareToSleep() { try connection.sleep(until: nil) }
        }
    }

    private func takeCommands() {
        mailbox.take(into: &commands)
        if commands.contains(.end) { mustEnd = true }
        commands.removeAll(keepingCapacity: true)
    }

    /// Reads the broker's subscription, which says that it is there, and its end, which says that it has gone.
    private func takeSubscriptions(of connection: borrowing MonitoredSocket) throws(ZMQError) {
        while try connection.socket.receive(into: &message) {
            guard message.withUnsafeBytes({ $0.first }) == 1 else {
                wasUnsubscribed = isUp
                continue
            }
            isUp = true
            connected.happen()
        }
    }

    private func sendEvents(over connection: borrowing MonitoredSocket) throws(ZMQError) {
        while true {
            let events = outbox.take(Self.batchLimit)
            if events.isEmpty { return }
            for event in events { try send(event, over: connection) }
        }
    }

    private func send(_ event: Event, over connection: borrowing MonitoredSocket) throws(ZMQError) {
        for (frame, isLast) in [
            (Array(event.topic.utf8), false), (event.sequence.bigEndianBytes, false), (event.encoded(), true),
        ] {
            var message = Message(copying: frame)
            _ = try connection.socket.send(&message, more: !isLast)
        }
    }
}

extension UInt64 {
    fileprivate var bigEndianBytes: [UInt8] {
        withUnsafeBytes(of: bigEndian) { Array($0) }
    }
}
