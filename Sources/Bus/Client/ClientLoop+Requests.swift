import Logging
import Synchronization
import ZeroMQ

// MARK: - What tasks ask for

extension ClientLoop {
    mutating func takeCommands(at now: Moment) throws(ZMQError) {
        mailbox.take(into: &commands)
        if !commands.isEmpty { idTime = .now }
        for command in commands {
            switch command {
            case .send(let request): admit(request)
            case .cancel(let request): try cancel(request, at: now)
            case .grant(let request, let count): try grant(count, to: request, at: now)
            case .run: executor.takePosted()
            case .end: mustEnd = true
            }
        }
        commands.removeAll(keepingCapacity: true)
    }

    private mutating func admit(_ request: PendingRequest) {
        guard !request.isFinished else {
            return request.finish(.failure(.cancelledByCaller(request.parameters)))
        }
        if request.parameters.requestID == nil { request.name(ids.next(at: idTime)) }
        requests.add(request)
        backlog.append(request.key)
        requests.prune(&backlog)
    }

    private mutating func cancel(_ request: PendingRequest, at now: Moment) throws(ZMQError) {
        guard request.key != 0 else { return request.wasCancelledEarly() }
        guard requests.remove(request.key) != nil else { return }
        try withdraw(request, at: now)
        request.finish(.failure(.cancelledByCaller(request.parameters)))
    }

    /// Tells the broker that nobody waits for this request any more.
    func withdraw(_ request: PendingRequest, at now: Moment) throws(ZMQError) {
        guard let number = request.link, let link = link(number: number) else { return }
        link.inFlight -= 1
        try link.send(.cancel(request.key), at: now)
    }

    mutating func expireRequests(at now: Moment) throws(ZMQError) {
        while let request = requests.removeExpired(at: now) {
            let error = BusError.deadlinePassed(
                request.parameters,
                mayHaveRun: request.mayHaveRun,
                endpoints: configuration.endpoints
            )
            try withdraw(request, at: now)
            request.finish(.failure(error))
        }
    }
}

// MARK: - What goes out

extension ClientLoop {
    mutating func sendBacklog(at now: Moment) throws(ZMQError) {
        guard let link = current, link.takesRequests else { return }
        while let correlation = backlog.first {
            if let request = requests.request(correlation), try !send(request, over: link, at: now) { return }
            backlog.removeFirst()
        }
    }

    /// False when the link cannot take it now.
    private mutating func send(_ request: PendingRequest, over link: ClientLink, at now: Moment) throws(ZMQError)
        -> Bool
    {
        var message: Message
        do throws(EnvelopeError) {
            message = try request.frame(at: now)
        } catch {
            refuse(request, because: error)
            return true
        }
        guard try link.send(&message, at: now) else { return false }
        request.wasSent(over: link.number)
        link.inFlight += 1
        counters.requestsSent.add(1, ordering: .relaxed)
        return true
    }

    private mutating func refuse(_ request: PendingRequest, because fault: EnvelopeError) {
        _ = requests.remove(request.key)
        request.finish(.failure(BusError(.protocolViolation, "cannot send the request: \(fault)", cause: fault)))
    }
}

// MARK: - What comes in

extension ClientLoop {
    /// How many replies are taken from a link before the rest of the loop has its turn.
    private static let batchLimit = 512

    /// Receives from every link until there is nothing, or a batch is full; false for the latter.
    mutating func receiveBatches(at now: Moment) throws(ZMQError) -> Bool {
        var isDrained = true
        defer { wakeReaders() }
        if let current { isDrained = try receiveBatch(over: current, at: now) }
        for link in leaving where try !receiveBatch(over: link, at: now) { isDrained = false }
        return isDrained
    }

    private mutating func receiveBatch(over link: ClientLink, at now: Moment) throws(ZMQError) -> Bool {
        var message = Message()
        for _ in 0..<Self.batchLimit {
            guard try link.receive(into: &message, at: now) else { return true }
            message.withUnsafeBytes { handle($0, from: link, at: now) }
        }
        return false
    }

    private mutating func handle(_ bytes: UnsafeRawBufferPointer, from link: ClientLink, at now: Moment) {
        guard let envelope = try? EnvelopeView(bytes) else {
            return logger.warning("malformed frame from the broker ignored", metadata: ["bytes": "\(bytes.count)"])
        }
        switch envelope.kind {
        case .reply: finish(envelope, from: link)
        case .partial: take(envelope, from: link)
        case .heartbeat: brokerIsThere(on: link, at: now)
        case .goodbye where envelope.status == .gone: link.isForgotten = true
        case .goodbye: link.isLeaving = true
        default: break
        }
    }

    private mutating func finish(_ reply: EnvelopeView, from link: ClientLink) {
        guard let request = requests.request(reply.correlation), request.link == link.number else {
            counters.repliesDropped.add(1, ordering: .relaxed)
            return
        }
        link.inFlight -= 1
        counters.repliesReceived.add(1, ordering: .relaxed)
        if isTurnedAway(reply, by: link) {
            request.wasTurnedAway()
            backlog.append(request.key)
        } else if requests.remove(request.key) != nil {
            request.finish(outcome(of: reply, to: request))
        }
    }

    private func outcome(of reply: EnvelopeView, to request: PendingRequest) -> PendingRequest.Outcome {
        switch reply.outcome(for: request) {
        case .success(let reply): .success(reply)
        case .failure(let error): .failure(judged(error, of: request))
        }
    }

    /// Whether a broker that leaves did not take the request, and another one may.
    private func isTurnedAway(_ reply: EnvelopeView, by link: ClientLink) -> Bool {
        link.isLeaving && configuration.endpoints.count > 1 && reply.flags.contains(.fromBroker)
            && reply.status == .serviceUnavailable
    }

    /// The broker knows of this attempt only; of one that was on a lost connection nobody knows whether it ran.
    private func judged(_ error: BusError, of request: PendingRequest) -> BusError {
        guard request.isRepeated, !error.code.mayHaveRun else { return error }
        return .repetitionFailed(request.parameters, because: error)
    }
}
