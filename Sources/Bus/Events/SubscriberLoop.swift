import Logging
import ZeroMQ

/// The thread of a subscriber: owns its XSUB socket and gives every event to the subscriptions of its topic.
///
/// It is on one broker at a time, and goes on to the next when that one is lost. Every connection begins with all
/// subscriptions and a sync topic. When the broker answers it, everything stands; on any but the first connection the
/// subscriptions are then told that something may be missing.
struct SubscriberLoop: ~Copyable {
    private enum Ending { case lost(String), ended }

    /// How many events are taken before consumers and the rest of the loop have their turn.
    private static let batchLimit = 512

    private let endpoints: [Endpoint]
    private let context: Context
    private let logger: Logger
    private let heartbeat: Duration
    private let security: CurveClient?
    private let mailbox: Mailbox<SubscriberCommand>
    private let waker: Waker

    private var rotation: BrokerRotation
    /// Since when all subscriptions of this connection have stood; nil while they do not.
    private var upSince: Moment?
    private var topics = TopicTable<SubscriptionInbox>()
    private var commands: [SubscriberCommand] = []
    private var mustEnd = false
    /// What is confirmed when a sync topic is answered.
    private var confirmations: [[UInt8]: [OneTimeSignal]] = [:]
    /// Answered when all subscriptions of this connection stand; nil when they do.
    private var connectionSync: [UInt8]?
    /// Whether subscriptions stood on an earlier connection.
    private var wasUpBefore = false
    /// Who got something in this pass.
    private var touched: [SubscriptionInbox] = []

    init(
        endpoints: [Endpoint],
        context: Context,
        logger: Logger,
        heartbeat: Duration,
        mailbox: Mailbox<SubscriberCommand>,
        security: CurveClient? = nil
    ) throws(ZMQError) {
        precondition(!endpoints.isEmpty, "there must be a broker to connect to")
        self.endpoints = endpoints
        rotation = BrokerRotation(count: endpoints.count)
        self.context = context
        self.logger = logger
        self.heartbeat = heartbeat
        self.security = security
        self.mailbox = mailbox
        waker = try Waker()
        mailbox.attach(waker)
    }

    /// Serves one connection after another until told to end. No subscription is left open when this returns or throws.
    mutating func run() throws(ZMQError) {
        defer { endAll() }
        do throws(ZMQError) {
            while try serveOneLink() {}
        } catch {
            guard error.code == .terminated else { throw error }
            logger.debug("subscriber ended with its context")
        }
    }

    /// False when the subscriber is to end.
    private mutating func serveOneLink() throws(ZMQError) -> Bool {
        try rest(until: rotation.nextAttempt)
        if mustEnd { return false }
        upSince = nil
        var link = try SubscriberLink(
            to: endpoint,
            in: context,
            waker: waker,
            heartbeat: heartbeat,
            security: security
        )
        try subscribeToEverything(over: &link)
        let ending = try serve(&link)
        try link.close()
        switch ending {
        case .ended: return false
        case .lost(let reason):
            logLoss(because: reason)
            moveOn(at: .now)
            return true
        }
    }

    /// The broker that is in use, or is to be tried next.
    private var endpoint: Endpoint { endpoints[rotation.index] }

    /// Goes on to the next broker; with a pause after brokers that were of no use, whether they are away or cut every
    /// connection because they cannot bear one of our subscriptions.
    private mutating func moveOn(at now: Moment) {
        rotation.moveOn(wasOfUse: upSince.map { now - $0 >= heartbeat } ?? false, at: now)
    }

    /// Waits without a connection; ends early when the subscriber is to end.
    private mutating func rest(until end: Moment) throws(ZMQError) {
        var poller = Poller()
        poller.add(waker)
        while !mustEnd, Moment.now < end {
            waker.reset()
            takeCommandsWithoutLink()
            if !mustEnd, mailbox.prepareToSleep() { try poller.wait(until: end.instant) }
        }
    }

    private mutating func serve(_ link: inout SubscriberLink) throws(ZMQError) -> Ending {
        while true {
            let now = Moment.now
            waker.reset()
            try takeCommands(over: &link, at: now)
            if mustEnd { return .ended }
            let isDrained = try receiveBatch(over: &link, at: now)
            if link.liveness.owesHeartbeat(at: now) { try probe(over: &link, at: now) }
            if isDrained, try !link.hasWork() {
                if let reason = try link.reasonOfLoss(at: now) { return .lost(reason) }
                if mailbox.prepareToSleep() { try link.sleep() }
            }
        }
    }

    private func logLoss(because reason: String) {
        guard connectionSync == nil else { return }
        logger.warning(
            "connection to the broker lost",
            metadata: ["endpoint": "\(endpoint)", "reason": "\(reason)"]
        )
    }

    private mutating func endAll() {
        for inbox in topics.all { inbox.buffer.end() }
        for confirmation in confirmations.values.joined() { confirmation.end() }
        for case .subscribe(let buffer, let confirmation) in commands + mailbox.close() {
            buffer.end()
            confirmation.end()
        }
    }
}

// MARK: - Subscribing

extension SubscriberLoop {
    private mutating func takeCommands(over link: inout SubscriberLink, at now: Moment) throws(ZMQError) {
        mailbox.take(into: &commands)
        for command in commands {
            switch command {
            case .subscribe(let buffer, let confirmation):
                try subscribe(buffer, confirmation: confirmation, over: &link, at: now)
            case .unsubscribe(let buffer): try unsubscribe(buffer, over: &link, at: now)
            case .end: mustEnd = true
            }
        }
        commands.removeAll(keepingCapacity: true)
    }

    /// What is wanted now is subscribed when the next connection begins.
    private mutating func takeCommandsWithoutLink() {
        mailbox.take(into: &commands)
        for command in commands {
            switch command {
            case .subscribe(let buffer, let confirmation):
                _ = topics.add(SubscriptionInbox(buffer), for: Array(buffer.prefix.utf8))
                confirmations[SyncTopic.make()] = [confirmation]
            case .unsubscribe(let buffer):
                buffer.end()
                _ = topics.remove(for: Array(buffer.prefix.utf8)) { $0.buffer === buffer }
            case .end: mustEnd = true
            }
        }
        commands.removeAll(keepingCapacity: true)
    }

    private mutating func subscribe(
        _ buffer: SubscriptionBuffer,
        confirmation: OneTimeSignal,
        over link: inout SubscriberLink,
        at now: Moment
    ) throws(ZMQError) {
        let prefix = Array(buffer.prefix.utf8)
        let isFirst = topics.add(SubscriptionInbox(buffer), for: prefix)
        let sync = SyncTopic.make()
        confirmations[sync] = [confirmation]
        if isFirst { try link.subscribe(to: prefix, at: now) }
        try link.subscribe(to: sync, at: now)
    }

    private mutating func unsubscribe(
        _ buffer: SubscriptionBuffer,
        over link: inout SubscriberLink,
        at now: Moment
    ) throws(ZMQError) {
        let prefix = Array(buffer.prefix.utf8)
        buffer.end()
        if topics.remove(for: prefix, where: { $0.buffer === buffer }) {
            try link.unsubscribe(from: prefix, at: now)
        }
    }

    /// Begins a connection: all that is wanted, then one sync topic for all that waits for a confirmation.
    private mutating func subscribeToEverything(over link: inout SubscriberLink) throws(ZMQError) {
        let now = Moment.now
        for prefix in topics.prefixes { try link.subscribe(to: prefix, at: now) }
        let sync = SyncTopic.make()
        confirmations = [sync: Array(confirmations.values.joined())]
        connectionSync = sync
        try link.subscribe(to: sync, at: now)
    }

    /// Asks a silent broker for a sign of life.
    private mutating func probe(over link: inout SubscriberLink, at now: Moment) throws(ZMQError) {
        let sync = SyncTopic.make()
        confirmations[sync] = []
        try link.subscribe(to: sync, at: now)
    }
}

// MARK: - Receiving

extension SubscriberLoop {
    /// Receives until there is nothing, or a batch is full; false for the latter.
    private mutating func receiveBatch(over link: inout SubscriberLink, at now: Moment) throws(ZMQError) -> Bool {
        defer { flush() }
        var frames = EventFrames()
        for _ in 0..<Self.batchLimit {
            switch try frames.receive(over: &link, at: now) {
            case .nothing: return true
            case .malformed: logger.warning("malformed event ignored")
            case .sync(let topic): try confirm(topic, over: &link, at: now)
            case .event(let sequence): dispatch(frames, sequence)
            }
        }
        return false
    }

    private mutating func confirm(_ sync: [UInt8], over link: inout SubscriberLink, at now: Moment) throws(ZMQError) {
        guard let confirmed = confirmations.removeValue(forKey: sync) else { return }
        try link.unsubscribe(from: sync, at: now)
        if sync == connectionSync { connectionStands() }
        for confirmation in confirmed { confirmation.happen() }
    }

    private mutating func connectionStands() {
        connectionSync = nil
        upSince = .now
        flush()
        if wasUpBefore { for inbox in topics.all { inbox.buffer.interrupt() } }
        wasUpBefore = true
    }

    private mutating func dispatch(_ frames: borrowing EventFrames, _ sequence: UInt64) {
        frames.topic.withUnsafeBytes { topic in
            frames.body.withUnsafeBytes { body in
                topics.forEachReceiver(of: topic) { inbox in
                    if inbox.gather(topic: topic, sequence: sequence, body: body) { touched.append(inbox) }
                }
            }
        }
    }

    private mutating func flush() {
        for inbox in touched { inbox.flush() }
        touched.removeAll(keepingCapacity: true)
    }
}
