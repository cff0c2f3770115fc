import DequeModule
import Logging
import Synchronization
import ZeroMQ

/// The thread of a client: owns its socket and every request from the moment it is taken from the mailbox.
///
/// A pass sends all that is queued, receives until there is nothing, then sleeps. Requests go out only after the
/// broker has answered the link's first heartbeat: before that they certainly did not run, after a loss they may have.
final class ClientLoop {
    private enum Ending { case lost(String), ended }

    /// How many replies are taken before the rest of the loop has its turn.
    private static let batchLimit = 512

    private let configuration: BusClient.Configuration
    private let context: Context
    private let logger: Logger
    private let mailbox: Mailbox<ClientCommand>
    private let counters: ClientCounters
    private let connected: OneTimeSignal
    private let waker: Waker
    private var endpoint: Endpoint { configuration.endpoints[0] }

    private var requests = RequestTable()
    /// Correlations of what waits for the link, in order; those that are over meanwhile are skipped.
    private var backlog = Deque<UInt64>()
    private var commands: [ClientCommand] = []
    private var mustEnd = false
    /// Whether the broker has answered on this link.
    private var isUp = false
    /// Whether the broker said that it is about to end; it still answers what it has.
    private var isLeaving = false
    /// Whether the broker said that it has taken back what this client had asked.
    private var isForgotten = false
    private var canSend: Bool { isUp && !isLeaving }
    private var message = Message()

    init(
        _ configuration: BusClient.Configuration,
        context: Context,
        logger: Logger,
        mailbox: Mailbox<ClientCommand>,
        counters: ClientCounters,
        connected: OneTimeSignal
    ) throws(ZMQError) {
        self.configuration = configuration
        self.context = context
        self.logger = logger
        self.mailbox = mailbox
        self.counters = counters
        self.connected = connected
        waker = try Waker()
        mailbox.attach(waker)
    }

    /// Serves one link after another until told to end. Nobody is left waiting when this returns or throws.
    func run() throws(ZMQError) {
        defer { failAll(with: BusError(.closed, "this client has ended")) }
        do throws(ZMQError) {
            while try serveOneLink() {}
        } catch {
            guard error.code == .terminated else { throw error }
            logger.debug("client ended with its context")
        }
    }

    /// False when the client is to end.
    private func serveOneLink() throws(ZMQError) -> Bool {
        var link = try BrokerLink(
            to: endpoint,
            in: context,
            waker: waker,
            heartbeat: configuration.heartbeat,
            security: configuration.security
        )
        (isUp, isLeaving, isForgotten) = (false, false, false)
        try link.send(.hello, at: .now)
        switch try serve(&link) {
        case .lost(let reason):
            linkWasLost(because: reason)
            try link.close(linger: .zero)
            return true
        case .ended:
            try sayGoodbye(over: &link)
            try link.close(linger: isUp ? .milliseconds(100) : .zero)
            return false
        }
    }

    private func serve(_ link: inout BrokerLink) throws(ZMQError) -> Ending {
        while true {
            let now = Moment.now
            try takeCommands(over: &link, at: now)
            if mustEnd { return .ended }
            try sendBacklog(over: &link, at: now)
            let isDrained = try receiveBatch(over: &link, at: now)
            if isForgotten { return .lost("the broker had heard nothing from this client") }
            try expireRequests(over: &link, at: now)
            if link.liveness.owesHeartbeat(at: now) { try link.send(.heartbeat, at: now) }
            if isDrained, try !link.hasWork(toSend: canSend && !backlog.isEmpty) {
                if let reason = try link.reasonOfLoss(at: now) { return .lost(reason) }
                try sleep(on: &link)
            }
        }
    }

    private func sleep(on link: inout BrokerLink) throws(ZMQError) {
        guard mailbox.prepareToSleep() else { return }
        let heartbeat = link.liveness.nextChange
        try link.sleep(until: min(requests.earliestDeadline ?? heartbeat, heartbeat))
        waker.reset()
    }
}

// MARK: - What tasks ask for

extension ClientLoop {
    private func takeCommands(over link: inout BrokerLink, at now: Moment) throws(ZMQError) {
        mailbox.take(into: &commands)
        for command in commands {
            switch command {
            case .send(let request): admit(request)
            case .cancel(let request): try cancel(request, over: &link, at: now)
            case .end: mustEnd = true
            }
        }
        commands.removeAll(keepingCapacity: true)
    }

    private func admit(_ request: PendingRequest) {
        guard request.phase != .finished else {
            return request.finish(.failure(.cancelledByCaller(request.parameters)))
        }
        requests.add(request)
        backlog.append(request.key)
    }

    private func cancel(_ request: PendingRequest, over link: inout BrokerLink, at now: Moment) throws(ZMQError) {
        guard request.key != 0 else { return request.wasCancelledEarly() }
        guard requests.remove(request.key) != nil else { return }
        try withdraw(request, over: &link, at: now)
        request.finish(.failure(.cancelledByCaller(request.parameters)))
    }

    /// Tells the broker that nobody waits for this request any more.
    private func withdraw(_ request: PendingRequest, over link: inout BrokerLink, at now: Moment) throws(ZMQError) {
        guard request.phase == .sent else { return }
        try link.send(.cancel(request.key), at: now)
    }
}

// MARK: - What goes out

extension ClientLoop {
    private func sendBacklog(over link: inout BrokerLink, at now: Moment) throws(ZMQError) {
        guard canSend else { return }
        while let correlation = backlog.first {
            if let request = requests.request(correlation), try !send(request, over: &link, at: now) { return }
            backlog.removeFirst()
        }
    }

    /// False when the link cannot take it now.
    private func send(
        _ request: PendingRequest,
        over link: inout BrokerLink,
        at now: Moment
    ) throws(ZMQError) -> Bool {
        var message: Message
        do throws(EnvelopeError) {
            let parameters = request.parameters
            message = try parameters.frame(correlation: request.key, isRepeated: request.isRepeated, at: now)
        } catch {
            refuse(request, because: error)
            return true
        }
        guard try link.send(&message, at: now) else { return false }
        request.wasSent()
        counters.requestsSent.add(1, ordering: .relaxed)
        return true
    }

    private func refuse(_ request: PendingRequest, because fault: EnvelopeError) {
        _ = requests.remove(request.key)
        request.finish(.failure(BusError(.protocolViolation, "cannot send the request: \(fault)", cause: fault)))
    }

    /// Tells the broker to forget this client, and with it what is under way.
    private func sayGoodbye(over link: inout BrokerLink) throws(ZMQError) {
        guard isUp else { return }
        try link.send(.goodbye(), at: .now)
    }
}

// MARK: - What comes in

extension ClientLoop {
    /// Receives until there is nothing, or a batch is full; false for the latter.
    private func receiveBatch(over link: inout BrokerLink, at now: Moment) throws(ZMQError) -> Bool {
        for _ in 0..<Self.batchLimit {
            guard try link.receive(into: &message, at: now) else { return true }
            message.withUnsafeBytes { handle($0) }
        }
        return false
    }

    private func handle(_ bytes: UnsafeRawBufferPointer) {
        guard let envelope = try? EnvelopeView(bytes) else {
            return logger.warning("malformed frame from the broker ignored", metadata: ["bytes": "\(bytes.count)"])
        }
        switch envelope.kind {
        case .reply: finish(envelope)
        case .heartbeat:
            isUp = true
            connected.happen()
        case .goodbye where envelope.status == .gone: isForgotten = true
        case .goodbye: isLeaving = true
        default: break
        }
    }

    private func finish(_ reply: EnvelopeView) {
        guard let request = requests.remove(reply.correlation) else {
            counters.repliesDropped.add(1, ordering: .relaxed)
            return
        }
        counters.repliesReceived.add(1, ordering: .relaxed)
        request.finish(reply.outcome(for: request.parameters).mapError { judged($0, of: request) })
    }

    /// The broker knows of this attempt only; of one that was on a lost connection nobody knows whether it ran.
    private func judged(_ error: BusError, of request: PendingRequest) -> BusError {
        guard request.isRepeated, !error.code.mayHaveRun else { return error }
        return .repetitionFailed(request.parameters, because: error)
    }
}

// MARK: - What goes wrong

extension ClientLoop {
    private func expireRequests(over link: inout BrokerLink, at now: Moment) throws(ZMQError) {
        while let request = requests.removeExpired(at: now) {
            try withdraw(request, over: &link, at: now)
            let (mayHaveRun, endpoint) = (request.mayHaveRun, endpoint)
            request.finish(.failure(.deadlinePassed(request.parameters, mayHaveRun: mayHaveRun, endpoint: endpoint)))
        }
    }

    private func linkWasLost(because reason: String) {
        if isUp {
            counters.connectionsLost.add(1, ordering: .relaxed)
            logger.warning(
                "connection to the broker lost",
                metadata: ["endpoint": "\(endpoint)", "reason": "\(reason)"]
            )
        }
        for request in requests.all where request.phase == .sent { lose(request, because: reason) }
    }

    private func lose(_ request: PendingRequest, because reason: String) {
        if request.parameters.isRepeatable {
            request.wasLost()
            backlog.append(request.key)
        } else if requests.remove(request.key) != nil {
            request.finish(.failure(.connectionLost(request.parameters, endpoint: endpoint, reason: reason)))
        }
    }

    private func failAll(with error: BusError) {
        for request in requests.all {
            _ = requests.remove(request.key)
            request.finish(.failure(error))
        }
        for case .send(let request) in commands + mailbox.close() { request.finish(.failure(error)) }
    }
}
