import JSON
import Logging
import ZeroMQ

/// What is rare: the broker's own messages, its own service and its events.
extension BrokerLoop {
    enum SendOutcome {
        case sent
        /// The connection takes no more now.
        case full
        /// The peer is gone.
        case unreachable
    }

    /// Sends one frame to a peer if its connection takes it now. If not, the frame is as it was.
    @inline(__always)
    mutating func send(_ frame: inout Message, to peer: Int, isOwn: Bool = false) throws(ZMQError) -> SendOutcome {
        if machine.peers[peer].isMajordomo { return try sendMajordomo(&frame, to: peer, isOwn: isOwn) }
        let verdict = meter.judge(frame.count, to: peer, id: machine.peers[peer].id, isOwn: isOwn)
        if verdict == .refuse { return .full }
        let outcome = try sendAddress(of: peer)
        guard outcome == .sent else { return outcome }
        if verdict != .send { prepare(&frame, to: peer, verdict) }
        // Once the address is taken, the frame is taken, too.
        _ = try router.socket.send(&frame)
        return .sent
    }

    /// Begins a message to a peer, if its connection takes it now.
    @inline(__always)
    mutating func sendAddress(of peer: Int) throws(ZMQError) -> SendOutcome {
        isSettled = false
        switch addressResult(peer) {
        case .success(true): break
        case .success(false): return .full
        case .failure(let error) where error.code == .hostUnreachable: return .unreachable
        case .failure(let error): throw error
        }
        machine.peers[peer].lastSaid = now
        return .sent
    }

    func prepare(_ frame: inout Message, to peer: Int, _ verdict: SendMeter.Verdict) {
        if verdict == .sendCopy { frame = frame.copied() }
        guard case .sendWithToken(let bytes) = verdict, let token = meter.token(for: bytes, to: peer) else { return }
        var taken = Message()
        swap(&taken, &frame)
        frame = Message(taken, holding: token)
    }

    @inline(__always)
    private func addressResult(_ peer: Int) -> Result<Bool, ZMQError> {
        machine.routes.withBytes(of: machine.peers[peer].id) { id in
            Result { () throws(ZMQError) in try router.socket.send(copying: id, more: true) }
        }
    }

    /// Does what the machine has asked for, and what follows from that.
    mutating func performActions() throws(ZMQError) {
        while !machine.actions.isEmpty || !machine.listed.isEmpty {
            for action in machine.takeActions() { try perform(action) }
            try dispatchWaiting()
        }
    }

    private mutating func perform(_ action: BrokerAction) throws(ZMQError) {
        switch action {
        case .tell(let peer, let envelope): try tell(peer, envelope)
        case .say(let peer, let frames): try say(frames, to: peer)
        case .dismiss(let peer, let frames, let reason):
            try say(frames, to: peer)
            machine.remove(peer: peer, because: reason)
        case .hear(let peer, let envelope): try hear(envelope, from: peer)
        case .release(let slot): release(slot)
        case .publish(let event): publish(event)
        case .logRefusal(let what, let whom): gate?.refuse(what, to: whom)
        }
    }

    /// A slot that is in use again holds another request's frame.
    private mutating func release(_ slot: Int) {
        if machine.requests[slot].heldBytes == 0 { messages.discard(slot) }
    }

    private mutating func tell(_ peer: Int, _ envelope: Envelope) throws(ZMQError) {
        guard machine.peers[peer].isLive, var frame = try? envelope.encode() else { return }
        switch try send(&frame, to: peer, isOwn: true) {
        case .sent: break
        case .full: if envelope.kind == .reply { machine.noteUndeliverable(frame.count) }
        case .unreachable: machine.remove(peer: peer, because: "disconnected")
        }
    }

    private mutating func publish(_ event: WorkerEvent) {
        sequence += 1
        logger.info(
            event.reason == nil ? "worker ready" : "worker gone",
            metadata: [
                "service": "\(event.service)", "worker": "\(event.worker)", "credits": "\(event.credits)",
                "reason": "\(event.reason ?? "-")",
            ]
        )
        let cloudEvent = Event(
            topic: WorkerEvent.topic,
            sequence: sequence,
            type: event.type,
            source: source,
            data: event.data
        )
        events.post(.publish(cloudEvent))
    }

    /// Tells subscribers what was counted.
    mutating func publishStatistics() {
        statisticsSequence += 1
        let event = Event(
            topic: StatisticsWatch.topic,
            sequence: statisticsSequence,
            type: "platform.broker.statistics",
            source: source,
            data: .object(statistics)
        )
        events.post(.publish(event))
    }

    /// Through the same thread and connection as the events of workers, so that a subscriber who asked knows for both
    /// that they are of the same broker.
    func tellWorkers(topics: [String]) {
        let workers = workers
        for topic in topics {
            let event = Event(
                topic: topic,
                sequence: sequence,
                type: "platform.broker.workers",
                source: source,
                data: workers
            )
            events.post(.publish(event))
        }
    }

    private var statistics: JSONObject {
        var statistics = machine.statisticsSnapshot(at: now)
        statistics["peerBytes"] = JSONValue(meter.bytes)
        statistics["source"] = .string(source)
        statistics["uptimeMs"] = JSONValue(Int((now - startedAt).wholeNanoseconds / 1_000_000))
        return gate.map { statistics.merging($0.json) } ?? statistics
    }

    private var source: String { "/broker/\(configuration.instance)" }
}

// MARK: - The service `broker`

extension BrokerLoop {
    /// Answers a request for the broker's own service.
    mutating func answer(_ frame: inout Message, for peer: Int) throws(ZMQError) {
        guard let request = try? Envelope(decoding: frame) else {
            let correlation = frame.withUnsafeBytes { EnvelopeView.correlation(in: $0) }
            return machine.malformed(.badAnnotation("they cannot be read"), correlation: correlation, from: peer)
        }
        let (status, body) = answer(to: request.operation)
        let isProblem = !status.isSuccess
        machine.tell(
            peer,
            Envelope(
                .reply,
                status: status,
                correlation: request.correlation,
                annotations: isProblem ? [Annotations.contentType: "application/problem+json"] : [:],
                body: body.serialized()
            )
        )
    }

    private func answer(to operation: String) -> (Status, JSONValue) {
        switch operation {
        case "ping": (.ok, ["status": "ok"])
        case "health": (.ok, ["status": "ok", "timestamp": .string(Timestamp.now.description)])
        case "about": (.ok, ["name": .string(BrokerMachine.ownService), "version": "1.0"])
        case "forms": (.ok, [])
        case "workers": (.ok, workers)
        case "statistics": (.ok, .object(statistics))
        default: (.notFound, Problem(.notFound, "Unknown operation of broker: \(operation)").json)
        }
    }

    /// The workers, and the event from which on changes of them are to be followed.
    private var workers: JSONValue {
        [
            "source": .string(source),
            "sequence": JSONValue(sequence),
            "workers": .array(machine.workerSnapshot.map(\.data)),
        ]
    }
}
