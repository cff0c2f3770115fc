public import Logging
public import ServiceLifecycle
import Synchronization
public import ZeroMQ

/// Sends requests to services by their names and waits for the replies.
///
/// One socket carries thousands of requests at once. The client survives the broker: it goes on to the next of its list,
/// or connects again by itself, sends again what may be repeated, and fails the rest at once instead of letting it wait
/// for its deadline.
///
/// ```swift
/// let client = BusClient(.init(endpoint: .tcp("127.0.0.1", port: 5550)), context: context, logger: logger)
/// // In a service group, or a task of your own: try await client.run()
/// let reply = try await client.request("text", "execute", body: Array(#"{"input":"a"}"#.utf8), within: .seconds(2))
/// ```
public final class BusClient: Service, Sendable {
    private let configuration: Configuration
    private let context: Context
    private let logger: Logger
    let mailbox: Mailbox<ClientCommand>
    let counters = ClientCounters()
    private let socketThread: ClientExecutor
    private let connected = OneTimeSignal()
    private let hasRun = Atomic(false)

    /// Connects to nothing yet: ``run()`` does.
    public init(_ configuration: Configuration, context: Context, logger: Logger) {
        self.configuration = configuration
        self.context = context
        self.logger = logger
        mailbox = Mailbox()
        socketThread = ClientExecutor(mailbox: mailbox)
    }

    /// Runs tasks on the thread of this client's socket, for code that asks much and never blocks.
    ///
    /// A reply resumes its task there without a lock, a wake-up or another thread, which saves a third of what a request
    /// costs its client. Whatever runs there keeps the client from everything else, heartbeats included, so it must
    /// neither block nor compute for long. While the client does not run, such tasks run on Swift's shared threads.
    ///
    /// ```swift
    /// try await withTaskExecutorPreference(client.executor) {
    ///     for name in names { try await client.request("index", "add", body: Array(name.utf8)) }
    /// }
    /// ```
    public var executor: any TaskExecutor { socketThread }

    /// What this client has done so far.
    public var statistics: Statistics { counters.statistics(endpoints: configuration.endpoints) }

    /// Returns once a broker has answered this client for the first time.
    ///
    /// Requests need not wait for it: they are kept until there is a connection, or their time is over. It tells a
    /// program early that nobody is there.
    ///
    /// - Throws: ``BusError/Code/closed`` when the client ended before that; `CancellationError`.
    public var whenConnected: Void {
        get async throws { try await connected.wait() }
    }

    /// Connects and serves requests until the task is cancelled or shut down gracefully, or the context is shut down.
    ///
    /// Whatever is under way then fails with ``BusError/Code/closed``. In a service group, list the client before
    /// the services that use it: groups end in the reverse order.
    ///
    /// - Throws: ``BusError/Code/closed`` when it was run before; a `ZMQError` when a socket cannot be had.
    public func run() async throws {
        guard !hasRun.exchange(true, ordering: .relaxed) else {
            throw BusError(.closed, "this client has been run before; make another one")
        }
        defer {
            connected.end()
            endRequests()
        }
        try await withTaskCancellationOrGracefulShutdownHandler {
            try await onSocketThread(named: "bus-client") {
                [configuration, context, logger, mailbox, counters, connected, socketThread] in
                var loop = try ClientLoop(
                    configuration,
                    context: context,
                    logger: logger,
                    mailbox: mailbox,
                    counters: counters,
                    connected: connected,
                    executor: socketThread
                )
                try loop.run()
            }
        } onCancelOrGracefulShutdown: { [mailbox] in
            mailbox.post(.end)
        }
    }

    /// Sends a request to one worker of `service` and returns its reply, whatever its status.
    ///
    /// The broker keeps the request while every worker is busy and the client keeps it while it is not connected;
    /// `within` covers both. A reply that arrives later is dropped. Cancelling the task cancels the request, and the
    /// handler that works on it.
    ///
    /// - Parameters:
    ///   - service: a name on the bus, 1 to 255 bytes.
    ///   - operation: what is to be done, at most 255 bytes.
    ///   - body: passed on untouched.
    ///   - annotations: what travels beside the body.
    ///   - within: how long to wait for the reply.
    ///   - repeatable: whether the request may be given to another worker when the one that had it died.
    ///   - requestID: the same for every attempt; a new one when nil.
    ///   - priority: 0 (can wait) … 9 (urgent).
    ///   - trace: the trace it belongs to.
    /// - Throws: ``BusError/Code/noWorker`` at once if nobody offers `service`; ``BusError/Code/overloaded`` when the
    ///   broker or this client has too much to do; ``BusError/Code/timedOut`` and ``BusError/Code/workerLost`` when
    ///   it is not known whether the request ran; ``BusError/Code/unreachable`` when no broker was there in time;
    ///   ``BusError/Code/cancelled``; ``BusError/Code/closed``.
    public func request(
        _ service: String,
        _ operation: String,
        body: [UInt8] = [],
        annotations: Annotations = [:],
        within: Duration = .seconds(30),
        repeatable: Bool = false,
        requestID: RequestID? = nil,
        priority: UInt8 = 4,
        trace: TraceContext? = nil
    ) async throws(BusError) -> Reply {
        let parameters = RequestParameters(
            service: service,
            operation: operation,
            body: body,
            annotations: annotations,
            requestID: requestID,
            deadline: .now + within,
            priority: priority,
            isRepeatable: repeatable,
            trace: trace
        )
        try takePlace()
        defer { counters.requestsInFlight.subtract(1, ordering: .relaxed) }
        return try await outcome(of: PendingRequest(parameters)).get()
    }

    /// Counts one more request under way, if this client takes it on.
    func takePlace() throws(BusError) {
        let others = counters.requestsInFlight.add(1, ordering: .relaxed).oldValue
        guard others >= configuration.requestLimit else { return }
        counters.requestsInFlight.subtract(1, ordering: .relaxed)
        throw BusError(.overloaded, "\(others) requests are under way, which is this client's limit")
    }

    private func outcome(of request: PendingRequest) async -> PendingRequest.Outcome {
        guard !Task.isCancelled else { return .failure(.cancelledByCaller(request.parameters)) }
        return await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                request.continuation = continuation
                post(request)
            }
        } onCancel: {
            cancel(request)
        }
    }

    /// Hands a request to the socket's thread.
    func post(_ request: PendingRequest) {
        guard mailbox.post(.send(request)) else {
            request.finish(.failure(BusError(.closed, "this client has ended")))
            return
        }
        if !mailbox.isAttached { watchWhileNotRunning(request) }
    }

    /// Ends a request whose caller gave up, unless it has ended.
    func cancel(_ request: PendingRequest) {
        if withdraw(request) {
            request.finish(.failure(.cancelledByCaller(request.parameters)))
        } else {
            mailbox.post(.cancel(request))
        }
    }

    /// Keeps the deadline of a request that nobody serves yet: the socket's thread, which keeps all the others, may
    /// never start.
    private func watchWhileNotRunning(_ request: PendingRequest) {
        Task {
            try? await Task.sleep(for: request.parameters.deadline - .now)
            guard withdraw(request) else { return }
            request.finish(.failure(BusError(.unreachable, "this client was not run before the deadline")))
        }
    }

    /// Takes back a request that no thread has seen; false when one has.
    private func withdraw(_ request: PendingRequest) -> Bool {
        let item = mailbox.withdraw { command in
            if case .send(let other) = command { other === request } else { false }
        }
        return item != nil
    }

    /// Fails what was posted when the socket's thread had ended, or had never begun.
    private func endRequests() {
        for case .send(let request) in mailbox.close() {
            request.finish(.failure(BusError(.closed, "this client has ended")))
        }
    }
}
