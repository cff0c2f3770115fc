/// What Majordomo peers say becomes envelopes: from there on they are peers like all others.
extension BrokerMachine {
    private static let operation = "execute"
    /// The services of RFC 8/MMI, which the broker answers itself.
    private static let managementPrefix = "mmi."
    /// A worker that announces nothing cannot be asked what it can do: it is not listed by discovery.
    private static let announcement = Array(#"{"internal":true}"#.utf8)

    /// Takes a message of several frames; false when it is not Majordomo's.
    mutating func receiveMajordomo(_ frames: [[UInt8]], from peer: Int, at now: Moment) -> Bool {
        guard let message = MajordomoMessage(frames) else { return false }
        if !peers[peer].isMajordomo {
            peers[peer].isMajordomo = true
            majordomo.peers[peer] = MajordomoPeer()
        }
        switch message.content {
        case .request(let service, let body):
            majordomo[peer].client = message.dialect
            admitMajordomo(String(decoding: service, as: UTF8.self), body, from: peer, at: now)
        case .badClient: statistics.malformed += 1
        default:
            majordomo[peer].worker = message.dialect
            hearWorker(message.content, peer)
        }
        return true
    }

    /// Drops what is too long to be looked at.
    mutating func refuseMajordomo() { statistics.malformed += 1 }
}

// MARK: - Clients

extension BrokerMachine {
    private mutating func admitMajordomo(_ service: String, _ body: [[UInt8]], from peer: Int, at now: Moment) {
        if service.hasPrefix(Self.managementPrefix) { return answerManagement(service, body, to: peer) }
        let deadline = now + limits.majordomo.deadline
        let request = request(service, body, from: peer, until: deadline, at: now)
        majordomo[peer].questions[request.correlation] = .init(service: Array(service.utf8))
        // What cannot wait is answered like any request, also what the rules do not allow.
        let mayWait = mayCall(Self.operation, of: service, as: peer)
        if hasWorker(service) || isStopping || !mayWait { return actions.append(.hear(peer: peer, request)) }
        let guest = MajordomoLobby.Guest(peer: peer, request: request, deadline: deadline)
        if !majordomo.lobby.admit(guest, limit: limits.majordomo.lobbyBytes) {
            majordomo[peer].questions[request.correlation] = nil
            statistics.refused += 1
        }
    }

    /// Repeatable, because the protocol assumes that of all services, and its clients send again when they hear nothing.
    private mutating func request(
        _ service: String,
        _ body: [[UInt8]],
        from peer: Int,
        until deadline: Moment,
        at now: Moment
    ) -> Envelope {
        let (body, annotations) = MajordomoBody.joined(body)
        return Envelope(
            .request,
            flags: .repeatable,
            service: service,
            operation: Self.operation,
            correlation: majordomo.nextCorrelation(),
            requestID: RequestID(),
            timeLeft: deadline.millisecondsLeft(at: now),
            credits: majordomo[peer].client?.version == .two ? .max : 0,
            annotations: annotations,
            body: body
        )
    }

    private func hasWorker(_ service: String) -> Bool {
        guard let row = Array(service.utf8).withUnsafeBytes({ services.row(of: $0) }) else { return false }
        return row == ownRow || services[row].activeWorkers > 0
    }

    private mutating func answerManagement(_ service: String, _ body: [[UInt8]], to peer: Int) {
        let name = String(decoding: body.first ?? [], as: UTF8.self)
        let code =
            switch service {
            case "mmi.service": hasWorker(name) ? "200" : "404"
            default: "501"
            }
        let dialect = majordomo[peer].client
        guard let frames = dialect?.answer(of: Array(service.utf8), body: [Array(code.utf8)], isFinal: true) else {
            return
        }
        actions.append(.say(peer: peer, frames: frames))
    }

    /// A worker has come: whoever waited for one is let in.
    mutating func openLobby(for service: String, at now: Moment) {
        for guest in majordomo.lobby.takeAll(for: service) where majordomo.isThere(guest) {
            var request = guest.request
            request.timeLeft = guest.deadline.millisecondsLeft(at: now)
            actions.append(.hear(peer: guest.peer, request))
        }
    }

    /// Gives up what has waited too long for a worker.
    mutating func clearLobby(at now: Moment) {
        guard majordomo.lobby.bytes > 0 else { return }
        for guest in majordomo.takeOverdue(at: now) {
            statistics.expired += 1
            majordomo[guest.peer].questions[guest.request.correlation] = nil
        }
    }
}

// MARK: - Workers

extension BrokerMachine {
    private mutating func hearWorker(_ content: MajordomoMessage.Content, _ peer: Int) {
        let isWorker = peers[peer].worker != PeerRow.nobody
        switch content {
        case .ready(let service) where !isWorker: announceMajordomo(service, peer)
        case .heartbeat where isWorker: actions.append(.hear(peer: peer, .heartbeat))
        case .partial(let correlation, let body) where isWorker: passMajordomo(.partial, correlation, body, from: peer)
        case .final(let correlation, let body) where isWorker: passMajordomo(.reply, correlation, body, from: peer)
        case .disconnect: remove(peer: peer, because: "disconnected itself")
        case .badWorker:
            statistics.malformed += 1
            dismiss(peer, because: "sent what cannot be read")
        default: dismiss(peer, because: "sent what was not expected of it")
        }
    }

    private mutating func announceMajordomo(_ service: [UInt8], _ peer: Int) {
        let name = String(decoding: service, as: UTF8.self)
        if name.hasPrefix(Self.managementPrefix) { return dismiss(peer, because: "offered a service of the broker") }
        actions.append(.hear(peer: peer, Envelope(.ready, service: name, credits: 1, body: Self.announcement)))
    }

    /// Tells a worker to begin anew, on another socket, and forgets it.
    mutating func dismiss(_ peer: Int, because reason: String) {
        guard let dialect = majordomo[peer].worker else { return }
        actions.append(.dismiss(peer: peer, frames: dialect.command(.disconnect), reason: reason))
    }

    /// Parts wait for the client's credits here, as the worker has no word for them; what follows them waits behind.
    private mutating func passMajordomo(_ kind: Envelope.Kind, _ correlation: UInt64, _ body: [[UInt8]], from peer: Int)
    {
        let (body, annotations) = MajordomoBody.joined(body)
        let status: Status = kind == .reply ? .ok : .none
        let answer = Envelope(kind, status: status, correlation: correlation, annotations: annotations, body: body)
        guard let window = majordomo[peer].window, window.correlation == correlation else {
            statistics.stale += 1
            return
        }
        if kind == .partial, !window.takesParts { return }
        majordomo[peer].window?.hold(answer)
        releaseParts(to: peer)
    }

    /// Passes on what there is credit for.
    mutating func releaseParts(to peer: Int) {
        guard let released = majordomo[peer].window?.release() else { return }
        for answer in released { actions.append(.hear(peer: peer, answer)) }
        if released.last?.kind == .reply {
            majordomo[peer].window = nil
        } else if let window = majordomo[peer].window, window.heldBytes > limits.majordomo.heldPartBytes {
            dismiss(peer, because: "sent more than its client takes")
        }
    }
}

// MARK: - Silence

extension BrokerMachine {
    func silenceLimit(of peer: Int) -> Duration {
        peers[peer].isMajordomo ? limits.majordomo.silence : limits.silenceLimit
    }

    /// Most Majordomo workers have one thread and say nothing while they work; its clients never say anything else.
    func majordomoMustGo(_ peer: Int) -> Bool {
        let worker = peers[peer].worker
        if worker != PeerRow.nobody { return workers[worker].outstanding == 0 }
        return majordomo[peer].questions.isEmpty
    }
}
