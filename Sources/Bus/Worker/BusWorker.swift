public import Logging
public import ServiceLifecycle
import Synchronization
public import ZeroMQ

/// Serves one service: takes as many requests at once as it has credits and answers each with what its handler returns.
///
/// Handlers start on the socket's own thread, and a reply that is made without waiting leaves without a hop; see
/// ``Configuration/handlersMayBlock`` for those that block. The worker survives its brokers: it announces itself
/// again, by itself.
///
/// It serves all brokers at once and never runs more handlers than it has credits: what they send beyond that waits,
/// by priority. Repeatable requests survive the loss of a connection: their handlers go on, and the repeat that comes
/// by another broker gets the same reply. For that the worker remembers what it answered to repeatable requests, the
/// last 65,536 replies, 32 MiB and 60 seconds at most (a reply of more than 4 MiB, or in parts, is not remembered).
/// Beyond these bounds, and in another worker, a repeat runs a second time: that is what *repeatable* allows.
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
    /// Its task is cancelled when the client no longer waits, when the worker ends before it does, and when the connection
    /// is lost by which the request came, unless the request is repeatable.
    public typealias Handler = @Sendable (BusRequest) async throws -> BusReply

    private let configuration: Configuration
    private let context: Context
    private let logger: Logger
    private let handler: Handler
    private let connections: [Connection]
    private let floor: WorkerFloor
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
        self.context = context
        self.logger = logger
        self.handler = handler
        connections = Self.connections(to: configuration.endpoints)
        floor = WorkerFloor(credits: configuration.credits, mailboxes: connections.map(\.mailbox))
    }

    /// Serves until the task is shut down gracefully or cancelled, or the context is shut down.
    ///
    /// A graceful shutdown drains: the worker says goodbye to every broker, finishes what is in hand and what still comes
    /// within ``Configuration/drainTimeout``, sends the replies and returns; what is not finished by then is cancelled.
    /// Cancelling the task cancels every handler at once.
    ///
    /// - Throws: ``BusError/Code/closed`` when it was run before; ``BusError/Code/refused`` when a broker does not take
    ///   it, or none is named; a `ZMQError` when a socket cannot be had.
    public func run() async throws {
        guard !hasRun.exchange(true, ordering: .relaxed) else {
            throw BusError(.closed, "this worker has been run before; make another one")
        }
        guard !connections.isEmpty else {
            throw BusError(.refused, "no broker is named for the worker of \(configuration.service)")
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
            for connection in connections { try await connection.readiness.wait() }
        }
    }

    /// Runs one loop a broker. One that fails, because it was refused or has no socket, ends them all.
    private func serve() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for connection in connections { group.addTask { try await self.serve(connection) } }
            do {
                // Not `waitForAll`, which tells of a failure only when the others have ended, too.
                while try await group.next() != nil {}
            } catch {
                post(.end)
                throw error
            }
        }
    }

    private func serve(_ connection: Connection) async throws {
        try await onSocketThread(named: "bus-worker") { [self] in
            var loop = try WorkerLoop(
                configuration,
                connection: connection,
                floor: floor,
                context: context,
                logger: logger,
                readiness: readiness,
                handler: handler
            )
            try loop.run()
        }
    }

    private func post(_ command: WorkerCommand) {
        for connection in connections { connection.mailbox.post(command) }
    }

    private func endSignals() {
        readiness.end()
        for connection in connections { connection.readiness.end() }
    }
}

extension BusWorker {
    /// One of the brokers that a worker serves.
    struct Connection: Sendable {
        /// Its place among the worker's connections.
        let number: Int
        let endpoint: Endpoint
        let mailbox = Mailbox<WorkerCommand>()
        /// Happens with this broker's acknowledgement.
        let readiness = OneTimeSignal()
    }

    /// One for each broker, also when it is named twice.
    private static func connections(to endpoints: [Endpoint]) -> [Connection] {
        var distinct: [Endpoint] = []
        for endpoint in endpoints where !distinct.contains(endpoint) { distinct.append(endpoint) }
        return distinct.enumerated().map { Connection(number: $0.offset, endpoint: $0.element) }
    }
}
