public import Logging
public import ServiceLifecycle
import Synchronization
public import ZeroMQ

/// Serves one service: takes as many requests at once as it has credits and answers each with what its handler returns.
///
/// Handlers start on the socket's own thread, and a reply that is made without waiting leaves without a hop; see
/// ``Configuration/handlersMayBlock`` for those that block. The worker survives the broker: it announces itself
/// again, by itself.
///
/// ```swift
/// let worker = BusWorker(.init(service: "greeter", endpoint: bus), context: context, logger: logger) { request in
///     .json(["greeting": "Hello"])
/// }
/// try await worker.run()
/// ```
public final class BusWorker: Service, Sendable {
    /// Answers one request. A thrown ``Problem`` is its reply; any other error is logged and answered 500.
    ///
    /// Its task is cancelled when the client no longer waits, when the connection is lost by which the request came, and
    /// when the worker ends before it does.
    public typealias Handler = @Sendable (BusRequest) async throws -> BusReply

    private let configuration: Configuration
    private let context: Context
    private let logger: Logger
    private let handler: Handler
    private let brokers: [Connection]
    /// Happens with the first broker's acknowledgement.
    private let readiness = OneTimeSignal()
    private let hasRun = Atomic(false)

    /// Announces nothing yet: ``run()`` does.
    public init(
        _ configuration: Configuration,
        context: Context,
        logger: Logger,
        handler: @escaping Handler
    ) {
        self.configuration = configuration
        brokers = configuration.endpoints.map { Connection(endpoint: $0) }
        self.context = context
        self.logger = logger
        self.handler = handler
    }

    /// Serves until the task is shut down gracefully or cancelled, or the context is shut down.
    ///
    /// A graceful shutdown drains: the worker says goodbye to the broker, finishes what is in hand within
    /// ``Configuration/drainTimeout``, sends the replies and returns; what is not finished by then is cancelled.
    /// Cancelling the task cancels every handler at once.
    ///
    /// - Throws: ``BusError/Code/closed`` when it was run before; ``BusError/Code/refused`` when the broker does not take
    ///   it; a `ZMQError` when a socket cannot be had.
    public func run() async throws {
        guard !hasRun.exchange(true, ordering: .relaxed) else {
            throw BusError(.closed, "this worker has been run before; make another one")
        }
        defer { endSignals() }
        try await withTaskCancellationHandler {
            try await withGracefulShutdownHandler {
                try await serve()
            } onGracefulShutdown: {
                self.post(.drain)
            }
        } onCancel: {
            self.post(.end)
        }
    }

    /// Returns once one of the brokers has acknowledged this worker for the first time, so that requests reach it.
    ///
    /// - Throws: ``BusError/Code/closed`` when the worker ended before that; `CancellationError`.
    public var whenReady: Void {
        get async throws { try await readiness.wait() }
    }

    /// Returns once every broker has acknowledged this worker for the first time; one that is down keeps it waiting.
    ///
    /// - Throws: as ``whenReady``.
    public var whenReadyEverywhere: Void {
        get async throws {
            for broker in brokers { try await broker.readiness.wait() }
        }
    }

    /// Runs one loop a broker. When one of them ends, all do: it was told to, was refused, or its context has ended.
    private func serve() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for broker in brokers { group.addTask { try await self.serve(broker) } }
            do {
                try await group.waitForAll()
            } catch {
                post(.end)
                throw error
            }
        }
    }

    private func serve(_ broker: Connection) async throws {
        try await onSocketThread(named: "bus-worker") { [self] in
            let loop = try WorkerLoop(
                configuration,
                endpoint: broker.endpoint,
                context: context,
                logger: logger,
                mailbox: broker.mailbox,
                readiness: [broker.readiness, readiness],
                handler: handler
            )
            try loop.run()
        }
    }

    private func post(_ command: WorkerCommand) {
        for broker in brokers { broker.mailbox.post(command) }
    }

    private func endSignals() {
        readiness.end()
        for broker in brokers { broker.readiness.end() }
    }
}

extension BusWorker {
    /// One of the brokers that a worker serves.
    private struct Connection: Sendable {
        let endpoint: Endpoint
        let mailbox = Mailbox<WorkerCommand>()
        /// Happens with this broker's acknowledgement.
        let readiness = OneTimeSignal()
    }
}
