import Logging
import ZeroMQ

/// The thread that serves one broker for a publisher: owns an XPUB socket and sends what is in the outbox.
///
/// The broker's XSUB subscribes to everything as soon as it has a connection; before that message arrives, an XPUB would
/// drop every event silently, so nothing is sent. A broker that reads slowly is waited for, and the outbox, which drops
/// the oldest and counts them, is the only place where anything is lost while the connection stands.
struct PublisherLoop: ~Copyable {
    private enum Ending { case lost, ended }

    /// How many events are taken from the outbox at once.
    private static let batchLimit = 256
    /// How many events libzmq holds for the connection; the outbox holds what comes beyond.
    private static let sendQueueLimit = 8_192
    /// How long what was published may take to leave when the publisher is told to end.
    private static let drainTime = Duration.seconds(5)

    private let lane: PublisherLane
    private let context: Context
    private let logger: Logger
    private let connected: OneTimeSignal
    private let security: CurveClient?
    private let waker: Waker

    private var commands: [PublisherCommand] = []
    /// When to end, whatever has not been sent; nil while nobody has asked for it.
    private var end: Moment?
    /// Whether the broker has subscribed on this connection.
    private var isUp = false
    private var wasUnsubscribed = false
    /// Taken from the outbox and not sent yet, from `nextUnsent` on.
    private var batch: [EventMessage] = []
    private var nextUnsent = 0
    private var message = Message()

    init(
        _ lane: PublisherLane,
        context: Context,
        logger: Logger,
        connected: OneTimeSignal,
        security: CurveClient?
    ) throws(ZMQError) {
        self.lane = lane
        self.context = context
        self.logger = logger
        self.connected = connected
        self.security = security
        waker = try Waker()
        lane.mailbox.attach(waker)
    }

    /// Serves one connection after another until told to end.
    mutating func run() throws(ZMQError) {
        defer { _ = lane.mailbox.close() }
        do throws(ZMQError) {
            while try serveOneConnection() {}
        } catch {
            guard error.code == .terminated else { throw error }
            logger.debug("publisher ended with its context")
        }
    }

    /// False when the publisher is to end.
    private mutating func serveOneConnection() throws(ZMQError) -> Bool {
        var connection = try MonitoredSocket(
            .xpub,
            to: lane.endpoint,
            in: context,
            waker: waker,
            security: security,
            setUp: Self.setUp
        )
        isUp = false
        wasUnsubscribed = false
        let ending = try serve(&connection)
        try connection.close(linger: isUp && ending == .ended ? Self.drainTime : .zero)
        guard ending == .lost else { return false }
        logger.warning("connection to the broker lost", metadata: ["endpoint": "\(lane.endpoint)"])
        return true
    }

    /// The broker says nothing to a publisher, so ZeroMQ's own heartbeats have to tell that it is not there any more.
    private static func setUp(_ socket: borrowing Socket) throws(ZMQError) {
        try socket.set(.sendHighWaterMark, to: sendQueueLimit)
        try socket.set(.xpubNoDrop, to: true)
        try socket.set(.heartbeatInterval, to: .seconds(1))
        try socket.set(.heartbeatTimeout, to: .seconds(3))
    }

    private mutating func serve(_ connection: inout MonitoredSocket) throws(ZMQError) -> Ending {
        while true {
            waker.reset()
            takeCommands()
            try takeSubscriptions(of: connection)
            if wasUnsubscribed { return .lost }
            let isBlocked = isUp ? try !sendEvents(over: connection) : false
            if let end, !isBlocked || .now >= end { return .ended }
            if try connection.socket.pendingEvents().contains(.readable) { continue }
            if try connection.state() == .cut { return .lost }
            // Asking for events may have taken the news in that there is room again.
            if isBlocked, try sendEvents(over: connection) { continue }
            if lane.mailbox.prepareToSleep() { try connection.sleep(until: end) }
        }
    }

    private mutating func takeCommands() {
        lane.mailbox.take(into: &commands)
        if end == nil, commands.contains(.end) { end = .now + Self.drainTime }
        commands.removeAll(keepingCapacity: true)
    }

    /// Reads the broker's subscription, which says that it is there, and its end, which says that it has gone.
    private mutating func takeSubscriptions(of connection: borrowing MonitoredSocket) throws(ZMQError) {
        while try connection.socket.receive(into: &message) {
            guard message.withUnsafeBytes({ $0.first }) == 1 else {
                wasUnsubscribed = isUp
                continue
            }
            isUp = true
            connected.happen()
        }
    }
}

// MARK: - Sending

extension PublisherLoop {
    /// Sends until there is nothing, or the connection takes no more; false for the latter.
    private mutating func sendEvents(over connection: borrowing MonitoredSocket) throws(ZMQError) -> Bool {
        while true {
            while nextUnsent < batch.count {
                guard try send(batch[nextUnsent], over: connection) else { return false }
                nextUnsent += 1
            }
            batch = lane.outbox.take(Self.batchLimit)
            nextUnsent = 0
            if batch.isEmpty { return true }
        }
    }

    /// False when the connection takes nothing now. Once it has taken the first frame, it takes the others, too.
    private mutating func send(_ event: EventMessage, over connection: borrowing MonitoredSocket) throws(ZMQError)
        -> Bool
    {
        message = Message(copying: event.topic)
        guard try connection.socket.send(&message, more: true) else { return false }
        message = Message(size: 8)
        message.withUnsafeMutableBytes { $0.storeBytes(of: event.sequence.bigEndian, as: UInt64.self) }
        _ = try connection.socket.send(&message, more: true)
        message = Message(adopting: event.body)
        _ = try connection.socket.send(&message)
        return true
    }
}
