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
    private let waker: Waker
    private let mailbox: Mailbox<EventProxyCommand>
    private let broker: Mailbox<BrokerCommand>
    private var poller = Poller()
    private var commands: [EventProxyCommand] = []
    private var mustEnd = false
    private var statisticsWatch = StatisticsWatch()

    init(
        _ configuration: Broker.Configuration,
        context: Context,
        logger: Logger,
        mailbox: Mailbox<EventProxyCommand>,
        broker: Mailbox<BrokerCommand>
    ) throws(ZMQError) {
        let waker = try Waker()
        let publishers = try Self.makePublishersSocket(configuration, in: context)
        let subscribers = try Self.makeSubscribersSocket(configuration, in: context)
        self.configuration = configuration
        self.logger = logger
        self.mailbox = mailbox
        self.broker = broker
        poller.add(publishers)
        poller.add(subscribers)
        poller.add(waker)
        mailbox.attach(waker)
        self.waker = waker
        self.publishers = publishers
        self.subscribers = subscribers
    }

    private static func makePublishersSocket(
        _ configuration: Broker.Configuration,
        in context: Context
    ) throws(ZMQError) -> Socket {
        let socket = try Socket(.xsub, in: context)
        try socket.set(.maxMessageSize, to: configuration.maxMessage)
        return socket
    }

    private static func makeSubscribersSocket(
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
        return (try Self.bind(publishers, configuration.publish), try Self.bind(subscribers, configuration.subscribe))
    }

    private static func bind(_ socket: borrowing Socket, _ endpoints: [Endpoint]) throws(ZMQError) -> [Endpoint] {
        var bound: [Endpoint] = []
        for endpoint in endpoints { bound.append(try socket.bind(endpoint)) }
        return bound
    }

    /// Passes events on until told to end; returns early when the context is shut down.
    mutating func run() throws(ZMQError) {
        do throws(ZMQError) {
            while !mustEnd { try pass() }
            _ = try passEvents()
            try subscribers.set(.linger, to: .milliseconds(200))
        } catch  where error.code == .terminated {
            logger.debug("event proxy ended with its context")
        }
    }

    private mutating func pass() throws(ZMQError) {
        // Subscriptions first: an event that comes after one must reach it.
        let hasNoSubscription = try takeSubscriptions()
        try takeCommands()
        let hasNoEvent = try passEvents()
        guard hasNoSubscription, hasNoEvent, try !isReadable(publishers), try !isReadable(subscribers) else { return }
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
            case .publish(let event): try send(event.frames)
            case .end: mustEnd = true
            }
        }
        commands.removeAll(keepingCapacity: true)
    }
}

extension EventProxy {
    /// Passes on whole messages until there is none, or a batch is full; false for the latter.
    private func passEvents() throws(ZMQError) -> Bool {
        var frame = Message()
        for _ in 0..<Self.batchLimit {
            guard try publishers.receive(into: &frame) else { return true }
            var hasMore = frame.hasMore
            _ = try subscribers.send(&frame, more: hasMore)
            while hasMore, try publishers.receive(into: &frame) {
                hasMore = frame.hasMore
                _ = try subscribers.send(&frame, more: hasMore)
            }
        }
        return false
    }

    private mutating func takeSubscriptions() throws(ZMQError) -> Bool {
        var frame = Message()
        for _ in 0..<Self.batchLimit {
            guard try subscribers.receive(into: &frame) else { return true }
            if let isWatched = Self.note(frame, in: &statisticsWatch) { broker.post(.watchStatistics(isWatched)) }
            switch frame.withUnsafeBytes({ SubscriptionQuestion(subscription: $0) }) {
            case .sync(let topic): try send([topic, Event.sequenceFrame(0), []])
            case .workers(let topic): broker.post(.tellWorkers(topic: topic))
            case nil: break
            }
        }
        return false
    }

    private static func note(_ subscription: borrowing Message, in watch: inout StatisticsWatch) -> Bool? {
        subscription.withUnsafeBytes { watch.note($0) }
    }

    private func send(_ frames: [[UInt8]]) throws(ZMQError) {
        for (index, frame) in frames.enumerated() {
            var message = Message(adopting: frame)
            _ = try subscribers.send(&message, more: index < frames.count - 1)
        }
    }
}
