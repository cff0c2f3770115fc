public import Logging
public import ServiceLifecycle
import Synchronization
public import ZeroMQ

/// Where everything meets: gives each request to one worker with a credit, each event to every subscriber.
///
/// A broker keeps nothing that its peers do not tell it again, so it can be ended and started at any time.
/// `docs/protocol.md` specifies what it does.
///
/// ```swift
/// let broker = Broker(.init(), context: context, logger: logger)
/// // In a service group, or a task of your own: try await broker.run()
/// let endpoints = try await broker.boundEndpoints()
/// ```
public final class Broker: Service, Sendable {
    private let configuration: Configuration
    private let context: Context
    private let logger: Logger
    private let mailbox = Mailbox<BrokerCommand>()
    private let events = Mailbox<EventProxyCommand>()
    private let bound = Mutex(BoundEndpoints(bus: [], publish: [], subscribe: []))
    private let routerIsUp = OneTimeSignal()
    private let proxyIsUp = OneTimeSignal()
    private let hasRun = Atomic(false)

    /// Binds nothing yet: ``run()`` does.
    public init(_ configuration: Configuration, context: Context, logger: Logger) {
        self.configuration = configuration
        self.context = context
        self.logger = logger
    }

    /// Serves until the task is cancelled or shut down gracefully, or the context is shut down.
    ///
    /// On a graceful shutdown it takes nothing new, lets what is under way be answered for at most
    /// ``Configuration/drainTimeout``, and ends; cancelled, it ends at once. In a service group, list it first: groups
    /// end in the reverse order.
    ///
    /// - Throws: ``BrokerConfigurationError``; a `ZMQError` that names the endpoint that could not be bound;
    ///   ``BusError/Code/closed`` when it was run before.
    public func run() async throws {
        guard !hasRun.exchange(true, ordering: .relaxed) else {
            throw BusError(.closed, "this broker has been run before; make another one")
        }
        defer {
            routerIsUp.end()
            proxyIsUp.end()
        }
        try configuration.check()
        try await withTaskCancellationHandler {
            try await withGracefulShutdownHandler {
                try await serve()
            } onGracefulShutdown: { [mailbox] in
                mailbox.post(.drain)
            }
        } onCancel: { [mailbox] in
            mailbox.post(.end)
        }
    }

    /// Where it listens, as soon as it does.
    ///
    /// - Throws: ``BusError/Code/closed`` when it has ended or could not start; `CancellationError`.
    public func boundEndpoints() async throws -> BoundEndpoints {
        try await routerIsUp.wait()
        try await proxyIsUp.wait()
        return bound.withLock { $0 }
    }

    /// The end of either thread ends the other one.
    private func serve() async throws {
        let gate = configuration.security.map { AccessGate($0, logger: logger) }
        let authentication = try gate.map { try authenticate(by: $0) }
        let observation = configuration.security?.access.observe { [mailbox, events] rules in
            mailbox.post(.access(rules))
            events.post(.access(rules))
        }
        defer {
            authentication?.cancel()
            withExtendedLifetime(observation) {}
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { self.events.post(.end) }
                try await onSocketThread(named: "broker") { try self.route(gate) }
            }
            group.addTask {
                defer { self.mailbox.post(.end) }
                try await onSocketThread(named: "broker-events") { try self.passEvents(gate) }
            }
            try await group.waitForAll()
        }
    }

    private func authenticate(by gate: AccessGate) throws(ZMQError) -> Authentication {
        try context.authenticate(domain: configuration.authenticationDomain) { gate.admission(of: $0) }
    }

    private func route(_ gate: AccessGate?) throws {
        let loop = try BrokerLoop(
            configuration,
            context: context,
            logger: logger,
            mailbox: mailbox,
            events: events,
            gate: gate
        )
        let endpoints = try loop.bind()
        bound.withLock { $0.bus = endpoints }
        routerIsUp.happen()
        try loop.run()
    }

    private func passEvents(_ gate: AccessGate?) throws {
        var proxy = try EventProxy(
            configuration,
            context: context,
            logger: logger,
            mailbox: events,
            broker: mailbox,
            gate: gate
        )
        let endpoints = try proxy.bind()
        bound.withLock { ($0.publish, $0.subscribe) = endpoints }
        proxyIsUp.happen()
        try proxy.run()
    }
}

extension Broker.Configuration {
    var limits: BrokerMachine.Limits {
        BrokerMachine.Limits(
            heartbeat: heartbeat,
            missesUntilGone: missesUntilGone,
            queueLimit: queueLimit,
            requestLimit: requestLimit,
            maxBody: maxBody,
            heldBytesLimit: heldBytesLimit,
            attemptLimit: attemptLimit,
            majordomo: majordomo
        )
    }
}
