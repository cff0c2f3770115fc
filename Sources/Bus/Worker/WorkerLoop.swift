import JSON
import Logging
import ZeroMQ

/// The thread of a worker: owns its socket, starts its handlers and sends their replies.
///
/// It announces the worker on every link, and again when the broker has forgotten it. While it drains, it goes on
/// answering until nothing is in hand and the broker has confirmed that nothing more will come.
final class WorkerLoop {
    private enum Ending { case lost(String), ended }

    private enum Phase {
        case serving
        /// Until when what is in hand may finish.
        case draining(until: Moment)
        /// Handlers were cancelled; until when they may still answer.
        case ending(until: Moment)
    }

    /// How many frames are taken before the rest of the loop has its turn.
    private static let batchLimit = 512
    /// How long cancelled handlers may take to answer, and replies to leave.
    private static let grace = Duration.seconds(1)

    private let configuration: BusWorker.Configuration
    private let endpoint: Endpoint
    private let context: Context
    private let logger: Logger
    private let mailbox: Mailbox<WorkerCommand>
    private let readiness: [OneTimeSignal]
    private let waker: Waker
    private let route: ReplyRoute
    private let runner: HandlerRunner

    private var calls = CallTable()
    private var commands: [WorkerCommand] = []
    private var phase = Phase.serving
    /// Whether the broker has acknowledged the announcement on this link.
    private var isUp = false
    /// Whether the broker sends nothing more: it said so, or it is gone.
    private var isSealed = false
    /// Whether the connection was lost when another one was of no use.
    private var isCut = false
    /// Why the broker does not take this worker.
    private var refusal: BusError?
    private var message = Message()

    init(
        _ configuration: BusWorker.Configuration,
        endpoint: Endpoint,
        context: Context,
        logger: Logger,
        mailbox: Mailbox<WorkerCommand>,
        readiness: [OneTimeSignal],
        handler: @escaping BusWorker.Handler
    ) throws(ZMQError) {
        self.configuration = configuration
        self.endpoint = endpoint
        self.context = context
        self.logger = logger
        self.mailbox = mailbox
        self.readiness = readiness
        waker = try Waker()
        route = ReplyRoute(mailbox: mailbox)
        runner = HandlerRunner(
            handler: handler,
            route: route,
            mayBlock: configuration.handlersMayBlock,
            logger: logger
        )
        mailbox.attach(waker)
    }

    /// Serves one link after another until told to end. No handler is left without a cancellation when this returns.
    ///
    /// - Throws: a `ZMQError` when a socket cannot be had; ``BusError/Code/refused``.
    func run() throws {
        defer {
            _ = mailbox.close()
            for task in calls.tasks { task.cancel() }
        }
        try serveLinks()
        if let refusal { throw refusal }
    }

    private func serveLinks() throws(ZMQError) {
        do throws(ZMQError) {
            while try serveOneLink() {}
        } catch {
            guard error.code == .terminated else { throw error }
            logger.debug("worker ended with its context", metadata: ["service": "\(configuration.service)"])
        }
    }

    /// False when the worker is to end.
    private func serveOneLink() throws(ZMQError) -> Bool {
        var link = try BrokerLink(
            to: endpoint,
            in: context,
            waker: waker,
            heartbeat: configuration.heartbeat,
            security: configuration.security
        )
        isUp = false
        try announce(over: &link)
        let ending = try serve(&link)
        // Nothing leaves over a connection that is gone, so there is nothing to wait for.
        let isGone = try link.reasonOfLoss(at: .now) != nil
        try link.close(linger: isUp && !isGone ? Self.grace : .zero)
        switch ending {
        case .ended: return false
        case .lost(let reason):
            logLoss(because: reason)
            return true
        }
    }

    private func serve(_ link: inout BrokerLink) throws(ZMQError) -> Ending {
        while true {
            let now = Moment.now
            try takeCommands(over: &link)
            let isDrained = try receiveBatch(over: &link)
            if try isOver(at: now, over: &link) { return .ended }
            if link.liveness.owesHeartbeat(at: now) { try link.send(.heartbeat(of: configuration.service), at: now) }
            if isDrained, try !link.hasWork(toSend: false) {
                if let reason = try loss(of: &link, at: now) { return .lost(reason) }
                try sleep(on: &link)
            }
        }
    }

    private func sleep(on link: inout BrokerLink) throws(ZMQError) {
        guard mailbox.prepareToSleep() else { return }
        try link.sleep(until: nextTurn(link.liveness.nextChange))
        waker.reset()
    }

    private func nextTurn(_ heartbeat: Moment) -> Moment {
        switch phase {
        case .serving: heartbeat
        case .draining(let end), .ending(let end): isCut ? end : min(end, heartbeat)
        }
    }

    /// Why this link is of no more use; nil while it is, or when there is no need for another one.
    private func loss(of link: inout BrokerLink, at now: Moment) throws(ZMQError) -> String? {
        guard !isCut, let reason = try link.reasonOfLoss(at: now) else { return nil }
        if case .serving = phase { return reason }
        (isSealed, isCut) = (true, true)
        orphanCalls()
        return nil
    }

    private func logLoss(because reason: String) {
        guard isUp else { return }
        logger.warning(
            "connection to the broker lost",
            metadata: [
                "service": "\(configuration.service)", "endpoint": "\(endpoint)", "reason": "\(reason)",
            ]
        )
    }
}

// MARK: - What other threads ask for

extension WorkerLoop {
    private func takeCommands(over link: inout BrokerLink) throws(ZMQError) {
        mailbox.take(into: &commands)
        for command in commands {
            switch command {
            case .finished(let key, let reply): try finish(key, with: reply, over: &link)
            case .drain: try drain(over: &link)
            case .end: try end(over: &link)
            }
        }
        commands.removeAll(keepingCapacity: true)
    }

    private func drain(over link: inout BrokerLink) throws(ZMQError) {
        guard case .serving = phase else { return }
        phase = .draining(until: .now + configuration.drainTimeout)
        // A broker that is there and has not answered yet may send requests until it has read our goodbye.
        let isBrokerThere = try link.isConnected()
        isSealed = !isUp && !isBrokerThere
        try link.send(.goodbye(of: configuration.service), at: .now)
    }

    private func end(over link: inout BrokerLink) throws(ZMQError) {
        if case .ending = phase { return }
        phase = .ending(until: .now + Self.grace)
        for task in calls.tasks { task.cancel() }
        try link.send(.goodbye(of: configuration.service), at: .now)
    }

    private func isOver(at now: Moment, over link: inout BrokerLink) throws(ZMQError) -> Bool {
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

// MARK: - What comes in

extension WorkerLoop {
    /// Receives until there is nothing, or a batch is full; false for the latter.
    private func receiveBatch(over link: inout BrokerLink) throws(ZMQError) -> Bool {
        for _ in 0..<Self.batchLimit {
            let now = Moment.now
            guard try link.receive(into: &message, at: now) else { return true }
            try act(on: frame(at: now), over: &link)
        }
        return false
    }

    /// What a frame from the broker asks for, read while its memory is there.
    private enum Frame {
        case request(BusRequest, correlation: UInt64)
        case unreadable(EnvelopeError, correlation: UInt64)
        case cancel(correlation: UInt64)
        case acknowledged
        case goodbye(Status, reason: String?)
        case nothing
    }

    private func frame(at now: Moment) -> Frame {
        message.withUnsafeBytes { bytes in
            do throws(EnvelopeError) {
                return try frame(EnvelopeView(bytes), at: now)
            } catch {
                logger.warning("malformed frame from the broker", metadata: ["fault": "\(error)"])
                return .nothing
            }
        }
    }

    private func frame(_ view: EnvelopeView, at now: Moment) throws(EnvelopeError) -> Frame {
        switch view.kind {
        case .request: request(view, at: now)
        case .cancel: .cancel(correlation: view.correlation)
        case .ready: .acknowledged
        case .goodbye: .goodbye(view.status, reason: Problem(parsing: Array(view.body))?.sentence)
        case .reply, .partial, .credit, .heartbeat: .nothing
        }
    }

    private func request(_ view: EnvelopeView, at now: Moment) -> Frame {
        do throws(EnvelopeError) {
            return .request(try BusRequest(view, at: now), correlation: view.correlation)
        } catch {
            return .unreadable(error, correlation: view.correlation)
        }
    }

    private func act(on frame: Frame, over link: inout BrokerLink) throws(ZMQError) {
        switch frame {
        case .request(let request, let correlation): try start(request, correlation: correlation, over: &link)
        case .unreadable(let fault, let correlation):
            try send(.problem(Problem(.badRequest, fault.description)), correlation: correlation, over: &link)
        case .cancel(let correlation): calls.task(correlation: correlation)?.cancel()
        case .acknowledged: acknowledged()
        case .goodbye(let status, let reason): try goodbye(status, because: reason, over: &link)
        case .nothing: break
        }
    }

    private func acknowledged() {
        // The broker took us in before it read our goodbye: it may have sent requests, and will say when it has not.
        if !isUp, case .draining = phase { isSealed = false }
        isUp = true
        for signal in readiness { signal.happen() }
    }

    /// The broker sends nothing more: because we asked for it, because it has forgotten us, or because it ends.
    private func goodbye(_ status: Status, because reason: String?, over link: inout BrokerLink) throws(ZMQError) {
        switch (phase, status) {
        case (.serving, .gone): try announce(over: &link)
        case (.serving, .badRequest), (.serving, .forbidden), (.serving, .conflict), (.serving, .contentTooLarge):
            refuse(status, because: reason)
        // It still takes our replies; when it has gone, the link is lost and we announce ourselves on another.
        case (.serving, _): break
        default: isSealed = true
        }
    }

    /// Announcing this worker again would change nothing, so it ends.
    private func refuse(_ status: Status, because reason: String?) {
        let reason = reason ?? status.description
        refusal = BusError(.refused, "the broker does not take a worker of \(configuration.service): \(reason)")
        phase = .ending(until: .now)
    }
}

// MARK: - What is done

extension WorkerLoop {
    private func announce(over link: inout BrokerLink) throws(ZMQError) {
        orphanCalls()
        let ready = Envelope(
            .ready,
            service: configuration.service,
            credits: freeCredits,
            body: configuration.announcement.serialized()
        )
        try link.send(ready, at: .now)
    }

    /// Ends what is in hand: there is no connection any more by which it could be answered.
    private func orphanCalls() {
        for task in calls.tasks { task.cancel() }
        calls.announceAgain()
    }

    /// What the broker may send, given what it does not know of.
    private var freeCredits: UInt16 { UInt16(clamping: configuration.credits - calls.orphans) }

    private func start(
        _ request: BusRequest,
        correlation: UInt64,
        over link: inout BrokerLink
    ) throws(ZMQError) {
        guard calls.count < configuration.credits else {
            let problem = Problem(.serviceUnavailable, "\(configuration.service) was sent more than its credits allow.")
            return try send(.problem(problem), correlation: correlation, over: &link)
        }
        let key = calls.begin(correlation: correlation)
        let task = runner.start(request, key: key)
        if let (key, reply) = route.takeLocal() { return try finish(key, with: reply, over: &link) }
        calls.keep(task, for: key)
    }

    private func finish(_ key: UInt64, with reply: BusReply, over link: inout BrokerLink) throws(ZMQError) {
        switch calls.finish(key) {
        case .answer(let correlation): try send(reply, correlation: correlation, over: &link)
        case .orphan: try link.send(Envelope(.credit, service: configuration.service, credits: freeCredits), at: .now)
        case .unknown: break
        }
    }

    private func send(
        _ reply: BusReply,
        correlation: UInt64,
        over link: inout BrokerLink
    ) throws(ZMQError) {
        var message = encode(reply, correlation: correlation)
        guard try !link.send(&message, at: .now) else { return }
        logger.error("reply could not be sent", metadata: ["service": "\(configuration.service)"])
    }

    /// The reply's frame, or one that says why there is none.
    private func encode(_ reply: BusReply, correlation: UInt64) -> Message {
        do throws(EnvelopeError) {
            return try reply.frame(correlation: correlation)
        } catch {
            logger.error("reply could not be encoded", metadata: ["fault": "\(error)"])
            let problem = Problem(.internalServerError, "\(configuration.service) made a reply that cannot be sent.")
            return (try? problem.reply.frame(correlation: correlation)) ?? Message()
        }
    }
}

extension BusError.Code {
    /// The broker does not take this worker, under this name or with this announcement.
    public static let refused = Self(description: "refused")
}
