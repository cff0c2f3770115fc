import JSON
import Logging
import ZeroMQ

/// The thread of a worker for one broker: owns the socket, starts handlers and sends their replies.
///
/// It announces the worker on every link, and again when the broker has forgotten it. While it drains, it goes on
/// answering until nothing is in hand and the broker has confirmed that nothing more will come.
struct WorkerLoop: ~Copyable {
    private enum Ending { case lost(String), ended }

    enum Phase {
        case serving
        /// Until when what is in hand may finish.
        case draining(until: Moment)
        /// Handlers were cancelled; until when they may still answer.
        case ending(until: Moment)
    }

    /// How often the worker forgets what it remembers for too long.
    private static let expiryInterval = Duration.seconds(1)

    let configuration: BusWorker.Configuration
    let connection: BusWorker.Connection
    let floor: WorkerFloor
    let logger: Logger
    let route: ReplyRoute
    let runner: HandlerRunner
    private let context: Context
    private let readiness: OneTimeSignal
    private let waker: Waker

    var calls = CallTable()
    var phase = Phase.serving
    /// Whether the broker has acknowledged the announcement on this link.
    private(set) var isUp = false
    /// Whether the broker sends nothing more: it said so, or it is gone.
    var isSealed = false
    /// Whether the connection was lost when another one was of no use.
    private var isCut = false
    /// Why the broker does not take this worker.
    private var refusal: BusError?
    var names = RequestNames()
    /// Of handlers that did not have to wait, on their way out.
    var replies: [(key: UInt64, reply: BusReply)] = []
    private var commands: [WorkerCommand] = []
    private var nextExpiry = Moment.start

    /// - Parameter readiness: happens with the acknowledgement of any broker.
    init(
        _ configuration: BusWorker.Configuration,
        connection: BusWorker.Connection,
        floor: WorkerFloor,
        context: Context,
        logger: Logger,
        readiness: OneTimeSignal,
        handler: @escaping BusWorker.Handler
    ) throws(ZMQError) {
        self.configuration = configuration
        self.connection = connection
        self.floor = floor
        self.context = context
        self.logger = logger
        self.readiness = readiness
        waker = try Waker()
        route = ReplyRoute(mailbox: connection.mailbox)
        runner = HandlerRunner(
            handler: handler,
            route: route,
            mayBlock: configuration.handlersMayBlock,
            logger: logger
        )
        connection.mailbox.attach(waker)
    }

    /// Serves one link after another until told to end. No handler is left without a cancellation when this returns.
    ///
    /// - Throws: a `ZMQError` when a socket cannot be had; ``BusError/Code/refused``.
    mutating func run() throws {
        defer {
            _ = connection.mailbox.close()
            cancelHandlers()
        }
        try serveLinks()
        if let refusal { throw refusal }
    }

    private mutating func serveLinks() throws(ZMQError) {
        do throws(ZMQError) {
            while try serveOneLink() {}
        } catch {
            guard error.code == .terminated else { throw error }
            logger.debug("worker ended with its context", metadata: ["service": "\(configuration.service)"])
        }
    }

    /// False when the worker is to end.
    private mutating func serveOneLink() throws(ZMQError) -> Bool {
        var link = try BrokerLink(
            to: connection.endpoint,
            in: context,
            waker: waker,
            heartbeat: configuration.heartbeat,
            security: configuration.security
        )
        isUp = false
        try announce(over: &link)
        let ending = try serve(&link)
        // Nothing leaves over a connection that is gone, so there is nothing to wait for.
        let isGone = try link.isGone(at: .now)
        try link.close(linger: isUp && !isGone ? configuration.cancellationGrace : .zero)
        switch ending {
        case .ended: return false
        case .lost(let reason):
            logLoss(because: reason)
            return true
        }
    }

    private mutating func serve(_ link: inout BrokerLink) throws(ZMQError) -> Ending {
        while true {
            let now = Moment.now
            try takeCommands(at: now, over: &link)
            let isDrained = try receiveBatch(over: &link)
            try dropOverdue(at: now, over: &link)
            forgetOld(at: now)
            if try isOver(at: now, over: &link) { return .ended }
            if link.liveness.owesHeartbeat(at: now) { try link.send(.heartbeat(of: configuration.service), at: now) }
            if isDrained, try !link.hasWork(toSend: false) {
                if let reason = try loss(of: &link, at: now) { return .lost(reason) }
                try sleep(on: &link)
            }
        }
    }

    private func sleep(on link: inout BrokerLink) throws(ZMQError) {
        guard connection.mailbox.prepareToSleep() else { return }
        try link.sleep(until: min(nextTurn(link.liveness.nextChange), calls.nextDeadline))
        waker.reset()
    }

    private func nextTurn(_ heartbeat: Moment) -> Moment {
        switch phase {
        case .serving: heartbeat
        case .draining(let end), .ending(let end): isCut ? end : min(end, heartbeat)
        }
    }

    /// Why this link is of no more use; nil while it is, or when there is no need for another one.
    private mutating func loss(of link: inout BrokerLink, at now: Moment) throws(ZMQError) -> String? {
        // Asked of a link that is cut, too: events of the monitor that nobody reads would end every sleep at once.
        guard let reason = try link.reasonOfLoss(at: now), !isCut else { return nil }
        if case .serving = phase { return reason }
        (isSealed, isCut) = (true, true)
        loseCalls()
        return nil
    }

    private func logLoss(because reason: String) {
        guard isUp else { return }
        logger.warning(
            "connection to the broker lost",
            metadata: [
                "service": "\(configuration.service)", "endpoint": "\(connection.endpoint)", "reason": "\(reason)",
            ]
        )
    }
}

// MARK: - What other threads ask for

extension WorkerLoop {
    private mutating func takeCommands(at now: Moment, over link: inout BrokerLink) throws(ZMQError) {
        connection.mailbox.take(into: &commands)
        for command in commands {
            switch command {
            case .finished(let key, let reply): try finish(key, with: reply, at: now, over: &link)
            case .part(let key, let frame): try send(part: frame, of: key, over: &link)
            case .begin(let key): try beginWaiting(key, over: &link)
            case .stop(let key): try stop(key, over: &link)
            case .drain: try drain(over: &link)
            case .end: try end(over: &link)
            }
        }
        commands.removeAll(keepingCapacity: true)
    }

    private mutating func drain(over link: inout BrokerLink) throws(ZMQError) {
        guard case .serving = phase else { return }
        phase = .draining(until: .now + configuration.drainTimeout)
        // A broker that is there and has not answered yet may send requests until it has read our goodbye.
        let isBrokerThere = try link.isConnected()
        isSealed = !isUp && !isBrokerThere
        try link.send(.goodbye(of: configuration.service), at: .now)
    }

    private mutating func end(over link: inout BrokerLink) throws(ZMQError) {
        if case .ending = phase { return }
        phase = .ending(until: .now + configuration.cancellationGrace)
        for key in calls.keys { try stop(key, over: &link) }
        try link.send(.goodbye(of: configuration.service), at: .now)
    }

    private mutating func isOver(at now: Moment, over link: inout BrokerLink) throws(ZMQError) -> Bool {
        switch phase {
        case .serving: return false
        case .ending(let limit): return calls.isEmpty || now >= limit
        case .draining(let limit):
            if calls.isEmpty && isSealed { return true }
            if now >= limit { try end(over: &link) }
            return false
        }
    }
}

// MARK: - What the broker says of this worker

extension WorkerLoop {
    mutating func acknowledged() {
        // The broker took us in before it read our goodbye: it may have sent requests, and will say when it has not.
        if !isUp, case .draining = phase { isSealed = false }
        isUp = true
        connection.readiness.happen()
        readiness.happen()
    }

    /// The broker sends nothing more: because we asked for it, because it has forgotten us, or because it ends.
    mutating func goodbye(_ status: Status, because reason: String?, over link: inout BrokerLink) throws(ZMQError) {
        switch (phase, status) {
        case (.serving, .gone): try announce(over: &link)
        case (.serving, .badRequest), (.serving, .forbidden), (.serving, .conflict), (.serving, .contentTooLarge):
            refuse(status, because: reason)
        // It still takes our replies; when it has gone, the link is lost and we announce ourselves on another.
        case (.serving, _): break
        // No answer to our goodbye, which it has not read: it may have sent requests, and answers until it is gone.
        case (_, .serviceUnavailable): break
        default: isSealed = true
        }
    }

    /// Announcing this worker again would change nothing, so it ends.
    private mutating func refuse(_ status: Status, because reason: String?) {
        let reason = reason ?? status.description
        refusal = BusError(.refused, "the broker does not take a worker of \(configuration.service): \(reason)")
        phase = .ending(until: .now)
    }

    private mutating func announce(over link: inout BrokerLink) throws(ZMQError) {
        loseCalls()
        let ready = Envelope(
            .ready,
            service: configuration.service,
            credits: freeCredits,
            body: configuration.announcement.serialized()
        )
        try link.send(ready, at: .now)
    }

    /// Looks once a second whether something is remembered for too long.
    private mutating func forgetOld(at now: Moment) {
        guard now >= nextExpiry else { return }
        nextExpiry = now + Self.expiryInterval
        floor.expire(at: now)
    }
}

extension BusError.Code {
    /// The broker does not take this worker, under this name or with this announcement.
    public static let refused = Self(description: "refused")
}
