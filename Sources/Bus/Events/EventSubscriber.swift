public import Logging
public import ServiceLifecycle
import Synchronization
public import ZeroMQ

/// Receives events from a broker, for any number of subscriptions over one socket.
///
/// Of several brokers it is on one, and goes on to the next when that one is lost: at once when the connection is cut or
/// refused, after three heartbeats of silence. Its subscriptions then say ``Delivery/interrupted``.
///
/// ```swift
/// let subscription = try await subscriber.subscribe(to: "job.")
/// for await delivery in subscription {
///     if case .events(let events) = delivery { show(events) }
/// }
/// ```
///
/// Publishing and subscribing may lose: use ``events(of:after:replay:)`` where every event counts.
public final class EventSubscriber: Service, Sendable {
    /// How many bytes of UTF-8 a prefix may have: those of the longest topic.
    public static let longestPrefix = 255

    private let endpoints: [Endpoint]
    private let context: Context
    private let logger: Logger
    private let heartbeat: Duration
    private let security: CurveClient?
    private let mailbox = Mailbox<SubscriberCommand>()
    private let hasRun = Atomic(false)

    /// Connects to nothing yet: ``run()`` does.
    ///
    /// - Parameters:
    ///   - endpoints: where each broker accepts subscribers, in the order in which they are tried; at least one.
    ///   - heartbeat: after how long without an event the connection is tried; after three such silences without an
    ///     answer it is given up. Default: 1 second.
    ///   - security: its keys and the brokers', for `tcp://` endpoints; nil for brokers without keys.
    public init(
        endpoints: [Endpoint],
        context: Context,
        logger: Logger,
        heartbeat: Duration = .seconds(1),
        security: CurveClient? = nil
    ) {
        self.endpoints = endpoints
        self.context = context
        self.logger = logger
        self.heartbeat = heartbeat
        self.security = security
    }

    /// For one broker.
    public convenience init(
        endpoint: Endpoint,
        context: Context,
        logger: Logger,
        heartbeat: Duration = .seconds(1),
        security: CurveClient? = nil
    ) {
        self.init(endpoints: [endpoint], context: context, logger: logger, heartbeat: heartbeat, security: security)
    }

    /// Receives until the task is cancelled or shut down gracefully, or the context is shut down.
    ///
    /// Every subscription then ends.
    ///
    /// - Throws: ``BusError/Code/closed`` when it was run before; a `ZMQError` when a socket cannot be had.
    public func run() async throws {
        guard !hasRun.exchange(true, ordering: .relaxed) else {
            throw BusError(.closed, "this subscriber has been run before; make another one")
        }
        defer { endSubscriptions() }
        try await withTaskCancellationOrGracefulShutdownHandler {
            try await onSocketThread(named: "bus-subscriber") {
                [endpoints, context, logger, heartbeat, mailbox, security] in
                var loop = try SubscriberLoop(
                    endpoints: endpoints,
                    context: context,
                    logger: logger,
                    heartbeat: heartbeat,
                    mailbox: mailbox,
                    security: security
                )
                try loop.run()
            }
        } onCancelOrGracefulShutdown: { [mailbox] in
            mailbox.post(.end)
        }
    }

    /// Subscribes to every topic that begins with `prefix`, and returns when the broker has the subscription: what is
    /// published from now on arrives.
    ///
    /// Waits for ``run()`` and for a broker.
    ///
    /// - Parameters:
    ///   - prefix: of topics, at most ``longestPrefix`` bytes; an empty one means all.
    ///   - bufferLimit: how many events wait for a slow consumer before they are given up, see
    ///     ``Delivery/interrupted``. Default: 10,000.
    ///   - byteLimit: how many bytes of events wait for it; what arrives together may be more. Default: 64 MiB.
    ///   - timeout: how long to wait for a broker. Default: 30 seconds.
    /// - Throws: ``BusError/Code/unreachable`` when no broker answered in time; ``BusError/Code/closed`` when the
    ///   subscriber has ended; ``BusError/Code/protocolViolation`` for a prefix that is too long; `CancellationError`.
    public func subscribe(
        to prefix: String,
        bufferLimit: Int = 10_000,
        byteLimit: Int = 64 * 1024 * 1024,
        within timeout: Duration = .seconds(30)
    ) async throws -> EventSubscription {
        let messages = try await subscribeToMessages(
            of: prefix,
            bufferLimit: bufferLimit,
            byteLimit: byteLimit,
            within: timeout
        )
        return EventSubscription(messages: messages)
    }

    /// Subscribes as ``subscribe(to:bufferLimit:byteLimit:within:)`` does, for whoever reads the bytes of events itself: nothing is
    /// read before, so it costs less.
    public func subscribeToMessages(
        of prefix: String,
        bufferLimit: Int = 10_000,
        byteLimit: Int = 64 * 1024 * 1024,
        within timeout: Duration = .seconds(30)
    ) async throws -> MessageSubscription {
        guard prefix.utf8.count <= Self.longestPrefix else {
            throw BusError(.protocolViolation, "a prefix of topics has at most \(Self.longestPrefix) bytes")
        }
        let buffer = SubscriptionBuffer(prefix: prefix, limit: bufferLimit, byteLimit: byteLimit)
        let confirmation = OneTimeSignal()
        guard mailbox.post(.subscribe(buffer, confirmation: confirmation)) else {
            throw BusError(.closed, "this subscriber has ended")
        }
        let subscription = MessageSubscription(buffer) { [mailbox] in mailbox.post(.unsubscribe(buffer)) }
        do {
            let failure = BusError(.unreachable, "no broker has confirmed the subscription to \(prefix) in \(timeout)")
            try await confirmation.wait(within: timeout, orThrow: failure)
        } catch {
            subscription.cancel()
            throw error
        }
        return subscription
    }

    /// Ends what was posted when the socket's thread had ended, or had never begun.
    private func endSubscriptions() {
        for case .subscribe(let buffer, let confirmation) in mailbox.close() {
            buffer.end()
            confirmation.end()
        }
    }
}
