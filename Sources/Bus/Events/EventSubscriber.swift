public import Logging
public import ServiceLifecycle
import Synchronization
public import ZeroMQ

/// Receives events from the broker, for any number of subscriptions over one socket.
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
    private let endpoint: Endpoint
    private let context: Context
    private let logger: Logger
    private let heartbeat: Duration
    private let security: CurveClient?
    private let mailbox = Mailbox<SubscriberCommand>()
    private let hasRun = Atomic(false)

    /// Connects to nothing yet: ``run()`` does.
    ///
    /// - Parameters:
    ///   - endpoint: where the broker accepts subscribers.
    ///   - heartbeat: after how long without an event the connection is tried; after three such silences without an
    ///     answer it is made again.
    ///   - security: its keys and the broker's, for `tcp://` endpoints; nil for a broker without keys.
    public init(
        endpoint: Endpoint,
        context: Context,
        logger: Logger,
        heartbeat: Duration = .seconds(1),
        security: CurveClient? = nil
    ) {
        self.endpoint = endpoint
        self.context = context
        self.logger = logger
        self.heartbeat = heartbeat
        self.security = security
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
                [endpoint, context, logger, heartbeat, mailbox, security] in
                let loop = try SubscriberLoop(
                    endpoint: endpoint,
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
    /// Waits for ``run()`` and for the broker; cancel the task to stop waiting.
    ///
    /// - Parameters:
    ///   - prefix: of topics; an empty one means all.
    ///   - bufferLimit: how many events wait for a slow consumer before they are given up, see
    ///     ``Delivery/interrupted``.
    /// - Throws: ``BusError/Code/closed`` when the subscriber has ended; `CancellationError`.
    public func subscribe(to prefix: String, bufferLimit: Int = 10_000) async throws -> EventSubscription {
        let buffer = SubscriptionBuffer(prefix: prefix, limit: bufferLimit)
        let confirmation = OneTimeSignal()
        guard mailbox.post(.subscribe(buffer, confirmation: confirmation)) else {
            throw BusError(.closed, "this subscriber has ended")
        }
        let subscription = EventSubscription(buffer) { [mailbox] in mailbox.post(.unsubscribe(buffer)) }
        do {
            try await confirmation.wait()
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
