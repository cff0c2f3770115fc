public import Logging
public import ServiceLifecycle
import Synchronization
public import ZeroMQ

/// Hands events to every broker, which passes them on to the subscribers of their topics.
///
/// Publishing never waits. What a broker does not take yet, because it is away or reads slowly, is kept for it, up to a
/// limit; then the oldest are dropped and counted: subscribers see the jump in the sequence and ask for what they
/// missed. Brokers are served each on its own: one that is away keeps nothing from the others.
public final class EventPublisher: Service, Sendable {
    private let lanes: [PublisherLane]
    private let context: Context
    private let logger: Logger
    private let connected = OneTimeSignal()
    private let security: CurveClient?
    private let hasRun = Atomic(false)

    /// Connects to nothing yet: ``run()`` does.
    ///
    /// - Parameters:
    ///   - endpoints: where each broker accepts publishers; at least one.
    ///   - bufferLimit: how many events are kept for each broker while they cannot be sent. Default: 65,536.
    ///   - bufferByteLimit: how many bytes of events are kept for each broker. Default: 64 MiB.
    ///   - security: its keys and the brokers', for `tcp://` endpoints; nil for brokers without keys.
    public init(
        endpoints: [Endpoint],
        context: Context,
        logger: Logger,
        bufferLimit: Int = 65_536,
        bufferByteLimit: Int = 64 * 1024 * 1024,
        security: CurveClient? = nil
    ) {
        self.context = context
        self.logger = logger
        self.security = security
        lanes = endpoints.map { PublisherLane(to: $0, limit: bufferLimit, byteLimit: bufferByteLimit) }
    }

    /// For one broker.
    public convenience init(
        endpoint: Endpoint,
        context: Context,
        logger: Logger,
        bufferLimit: Int = 65_536,
        security: CurveClient? = nil
    ) {
        self.init(
            endpoints: [endpoint],
            context: context,
            logger: logger,
            bufferLimit: bufferLimit,
            security: security
        )
    }

    /// Sends the events, in this order, as soon as there is a connection. Never waits; may be called from any thread.
    public func publish(_ events: [Event]) {
        publish(events.map(EventMessage.init))
    }

    /// Sends events that are encoded already, as ``publish(_:)-([Event])`` does.
    public func publish(_ messages: [EventMessage]) {
        for lane in lanes { lane.add(messages) }
    }

    /// How many events were dropped because a broker's buffer was full, over all brokers.
    public var droppedEvents: Int { lanes.reduce(0) { $0 + $1.outbox.dropped } }

    /// How many events were dropped for each broker.
    public var droppedEventsByBroker: [Endpoint: Int] {
        Dictionary(lanes.map { ($0.endpoint, $0.outbox.dropped) }, uniquingKeysWith: +)
    }

    /// Returns once any broker has taken this publisher in for the first time.
    ///
    /// - Throws: ``BusError/Code/closed`` when the publisher ended before that; `CancellationError`.
    public var whenConnected: Void {
        get async throws { try await connected.wait() }
    }

    /// Publishes until the task is cancelled or shut down gracefully, or the context is shut down.
    ///
    /// What was published before leaves first, to brokers that there is a connection to and that take it within a second.
    ///
    /// - Throws: ``BusError/Code/closed`` when it was run before; a `ZMQError` when a socket cannot be had.
    public func run() async throws {
        guard !hasRun.exchange(true, ordering: .relaxed) else {
            throw BusError(.closed, "this publisher has been run before; make another one")
        }
        defer { connected.end() }
        try await withTaskCancellationOrGracefulShutdownHandler {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for lane in lanes { group.addTask { try await self.serve(lane) } }
                try await group.waitForAll()
            }
        } onCancelOrGracefulShutdown: {
            self.end()
        }
    }

    /// A lane that fails ends the others.
    private func serve(_ lane: PublisherLane) async throws {
        defer { end() }
        try await onSocketThread(named: "bus-publisher") { [context, logger, connected, security] in
            var loop = try PublisherLoop(
                lane,
                context: context,
                logger: logger,
                connected: connected,
                security: security
            )
            try loop.run()
        }
    }

    private func end() {
        for lane in lanes { lane.mailbox.post(.end) }
    }
}
