import Logging
import ZeroMQ

/// The thread that passes events from publishers (XSUB) to subscribers (XPUB), and confirms subscriptions.
///
/// It takes everything from every publisher, so a publisher knows that it is connected when it sees the subscription.
/// A subscription to `~sync.…` is answered with one message on that topic: as subscriptions keep their order on a
/// connection, all that were made before it stand by then. One to `~workers.…` is answered with an event that tells the
/// workers, which the broker's other thread makes.
struct EventProxy: ~Copyable {
    /// How many messages are taken from one socket before the other has its turn.
    private static let batchLimit = 256

    private let configuration: Broker.Configuration
    private let logger: Logger
    private let publishers: Socket
    private let subscribers: Socket
    /// Subscribers whose rights have to be looked at; nil when nobody's have.
    private let guarded: GuardedSubscribers?
    /// Who may publish what; nil when everybody may publish everything.
    private var publishing: PublishingRights?
    private let waker: Waker
    private let mailbox: Mailbox<EventProxyCommand>
    private let broker: Mailbox<BrokerCommand>
    private var poller = Poller()
    private var commands: [EventProxyCommand] = []
    private var mustEnd = false
    private var wasWatched = false
    private var statisticsWatch = StatisticsWatch()

    init(
        _ configuration: Broker.Configuration,
        context: Context,
        logger: Logger,
        mailbox: Mailbox<EventProxyCommand>,
        broker: Mailbox<BrokerCommand>,
        gate: AccessGate?
    ) throws(ZMQError) {
        let waker = try Waker()
        let publishers = try Self.makePublishersSocket(configuration, in: context)
        let subscribers = try Self.makeSubscribersSocket(configuration, in: context)
        let guarded = try gate.map { gate throws(ZMQError) in
            try GuardedSubscribers(configuration, in: context, gate: gate, broker: broker)
        }
        self.configuration = configuration
        self.logger = logger
        self.mailbox = mailbox
        self.broker = broker
        publishing = gate.map { PublishingRights(configuration.security?.access.rules ?? .none, gate: $0) }
        self.guarded = guarded
        mailbox.attach(waker)
        self.waker = waker
        self.publishers = publishers
        self.subscribers = subscribers
        watchSockets()
    }

    private mutating func watchSockets() {
        poller = Poller()
        poller.add(publishers)
        poller.add(subscribers)
        poller.add(waker)
        guarded?.watch(with: &poller)
    }

    private static func makePublishersSocket(
        _ configuration: Broker.Configuration,
        in context: Context
    ) throws(ZMQError) -> Socket {
        let socket = try Socket(.xsub, in: context)
        try socket.set(.maxMessageSize, to: configuration.maxMessage)
        return socket
    }

    static func makeSubscribersSocket(
        _ configuration: Broker.Configuration,
        in context: Context
    ) throws(ZMQError) -> Socket {
        let socket = try Socket(.xpub, in: context)
        try socket.set(.sendHighWaterMark, to: configuration.eventQueueLimit)
        try socket.set(.maxMessageSize, to: 4096)  // it receives only topics
        // A second subscription to a topic is reported, too: somebody else's, or the same again.
        try socket.set(.xpubVerbose, to: true)
        return socket
    }

    /// Accepts publishers and subscribers; returns where that really is.
    func bind() throws(ZMQError) -> (publish: [Endpoint], subscribe: [Endpoint]) {
        var everything = Message(copying: [1])
        _ = try publishers.send(&everything)
        let publish = try publishers.bind(configuration.publish, for: configuration)
        return (publish, try bindSubscribers(configuration.subscribe))
    }

    /// What comes from this process may read everything; the others are looked at, if anybody is.
    private func bindSubscribers(_ endpoints: [Endpoint]) throws(ZMQError) -> [Endpoint] {
        guard let guarded else { return try subscribers.bind(endpoints, for: configuration) }
        var bound = endpoints
        for endpoint in endpoints where endpoint.transport == .inproc { try subscribers.bind(endpoint) }
        let others = endpoints.indices.filter { endpoints[$0].transport != .inproc }
        let boundOthers = try guarded.bind(others.map { endpoints[$0] })
        for (index, endpoint) in zip(others, boundOthers) { bound[index] = endpoint }
        return bound
    }

    /// Passes events on until told to end; returns early when the context is shut down.
    mutating func run() throws(ZMQError) {
        do throws(ZMQError) {
            while !mustEnd { try pass() }
            _ = try passEvents()
            try subscribers.set(.linger, to: .milliseconds(200))
            try guarded?.linger(.milliseconds(200))
        } catch  where error.code == .terminated {
            logger.debug("event proxy ended with its context")
        }
    }

    private mutating func pass() throws(ZMQError) {
        // Subscriptions first: an event that comes after one must reach it.
        var hasNoSubscription = try takeSubscriptions()
        if try guarded?.takeSubscriptions() == false { hasNoSubscription = false }
        noteWatchers()
        try takeCommands()
        let hasNoEvent = try passEvents()
        guard hasNoSubscription, hasNoEvent, try !isReadable(publishers), try !isReadable(subscribers) else { return }
        if try guarded?.isReadable() == true { return }
        guard !mustEnd, mailbox.prepareToSleep() else { return }
        try poller.wait()
        waker.reset()
    }

    private func isReadable(_ socket: borrowing Socket) throws(ZMQError) -> Bool {
        try socket.pendingEvents().contains(.readable)
    }

    private mutating func takeCommands() throws(ZMQError) {
        mailbox.take(into: &commands)
        for command in commands {
            switch command {
            case .publish(let event):
                try Self.send(event.frames, to: subscribers)
                try guarded?.send(event.frames)
            case .access(let rules): try putInForce(rules)
            case .end: mustEnd = true
            }
        }
        commands.removeAll(keepingCapacity: true)
    }

    private mutating func putInForce(_ rules: AccessRules) throws(ZMQError) {
        publishing?.replace(with: rules)
        if try guarded?.replaceRules(with: rules) == true { watchSockets() }
    }
}

extension EventProxy {
    /// Passes on whole messages until there is none, or a batch is full; false for the latter.
    private mutating func passEvents() throws(ZMQError) -> Bool {
        var frame = Message()
        for _ in 0..<Self.batchLimit {
            guard try publishers.receive(into: &frame) else { return true }
            if publishing?.mayPass(frame) == false {
                while frame.hasMore, try publishers.receive(into: &frame) {}
                continue
            }
            var hasMore = frame.hasMore
            try pass(&frame, more: hasMore)
            while hasMore, try publishers.receive(into: &frame) {
                hasMore = frame.hasMore
                try pass(&frame, more: hasMore)
            }
        }
        return false
    }

    @inline(__always)
    private func pass(_ frame: inout Message, more: Bool) throws(ZMQError) {
        if let guarded {
            var second = frame.shared()
            try guarded.send(&second, more: more)
        }
        _ = try subscribers.send(&frame, more: more)
    }

    private mutating func takeSubscriptions() throws(ZMQError) -> Bool {
        var frame = Message()
        for _ in 0..<Self.batchLimit {
            guard try subscribers.receive(into: &frame) else { return true }
            _ = Self.note(frame, in: &statisticsWatch)
            switch frame.withUnsafeBytes({ SubscriptionQuestion(subscription: $0) }) {
            case .sync(let topic): try Self.send([topic, Event.sequenceFrame(0), []], to: subscribers)
            case .workers(let topic): broker.post(.tellWorkers(topic: topic))
            case nil: break
            }
        }
        return false
    }

    /// Tells the broker whether anybody wants its statistics.
    private mutating func noteWatchers() {
        let isWatched = statisticsWatch.isWatched || guarded?.isWatched == true
        guard isWatched != wasWatched else { return }
        wasWatched = isWatched
        broker.post(.watchStatistics(isWatched))
    }

    private static func note(_ subscription: borrowing Message, in watch: inout StatisticsWatch) -> Bool? {
        subscription.withUnsafeBytes { watch.note($0) }
    }

    static func send(_ frames: [[UInt8]], to subscribers: borrowing Socket) throws(ZMQError) {
        for (index, frame) in frames.enumerated() {
            var message = Message(adopting: frame)
            _ = try subscribers.send(&message, more: index < frames.count - 1)
        }
    }
}
