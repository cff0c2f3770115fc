public import Logging
public import ServiceLifecycle
import Synchronization
public import ZeroMQ

/// Hands events to the broker, which passes them on to every subscriber of their topics.
///
/// Publishing never waits. While there is no connection, events are kept, up to a limit; then the oldest are dropped:
/// subscribers see the jump in the sequence and ask for what they missed. For a broker that reads slowly 65,536 events
/// are kept besides; what comes then is dropped and not counted.
public final class EventPublisher: Service, Sendable {
    private let endpoint: Endpoint
    private let context: Context
    private let logger: Logger
    private let outbox: EventOutbox
    private let mailbox = Mailbox<PublisherCommand>()
    private let connected = OneTimeSignal()
    private let security: CurveClient?
    private let hasRun = Atomic(false)

    /// Connects to nothing yet: ``run()`` does.
    ///
    /// - Parameters:
    ///   - endpoint: where the broker accepts publishers.
    ///   - bufferLimit: how many events are kept while they cannot be sent.
    ///   - security: its keys and the broker's, for `tcp://` endpoints; nil for a broker without keys.
    public init(
        endpoint: Endpoint,
        context: Context,
        logger: Logger,
        bufferLimit: Int = 65_536,
        security: CurveClient? = nil
    ) {
        self.endpoint = endpoint
        self.context = context
        self.logger = logger
        self.security = security
        outbox = EventOutbox(limit: bufferLimit)
    }

    /// Sends the events, in this order, as soon as there is a connection. Never waits; may be called from any thread.
    public func publish(_ events: [Event]) {
        if outbox.add(events) { mailbox.post(.publish) }
    }

    /// How many events were dropped because the buffer was full.
    public var droppedEvents: Int { outbox.dropped }

    /// Returns once the broker has taken this publisher in for the first time.
    ///
    /// - Throws: ``BusError/Code/closed`` when the publisher ended before that; `CancellationError`.
    public var whenConnected: Void {
        get async throws { try await connected.wait() }
    }

    /// Publishes until the task is cancelled or shut down gracefully, or the context is shut down.
    ///
    /// What was published before leaves first, if there is a connection.
    ///
    /// - Throws: ``BusError/Code/closed`` when it was run before; a `ZMQError` when a socket cannot be had.
    public func run() async throws {
        guard !hasRun.exchange(true, ordering: .relaxed) else {
            throw BusError(.closed, "this publisher has been run before; make another one")
        }
        defer { connected.end() }
        try await withTaskCancellationOrGracefulShutdownHandler {
            try await onSocketThread(named: "bus-publisher") {
                [endpoint, context, logger, mailbox, outbox, connected, security] in
                let loop = try PublisherLoop(
                    endpoint: endpoint,
                    context: context,
                    logger: logger,
                    mailbox: mailbox,
                    outbox: outbox,
                    connected: connected,
                    security: security
                )
                try loop.run()
            }
        } onCancelOrGracefulShutdown: { [mailbox] in
            mailbox.post(.end)
        }
    }
}
