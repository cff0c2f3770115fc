import JSON

/// Workers: announcing, changing credits, going, and what becomes of what they had.
extension BrokerMachine {
    mutating func ready(_ view: EnvelopeView, from peer: Int, at now: Moment) {
        peers[peer].sendsHeartbeats = true
        let before = peers[peer].worker
        if let refusal = reasonToRefuse(ready: view, from: peer, before: before) {
            return tell(peer, .brokerGoodbye(refusal.status, sentence: refusal.sentence))
        }
        addWorker(view, announcement: announcement(in: view) ?? .null, peer: peer)
        // What it had in hand it has forgotten: it announces itself as one that has nothing.
        if before != PeerRow.nobody { remove(worker: before, because: "announced itself again") }
        let service = String(decoding: view.service, as: UTF8.self)
        if majordomo.lobby.bytes > 0 { openLobby(for: service, at: now) }
        tell(peer, Envelope(.ready, service: service, correlation: view.correlation, credits: view.credits))
    }

    private mutating func reasonToRefuse(ready view: EnvelopeView, from peer: Int, before: Int) -> Problem? {
        let name = String(decoding: view.service, as: UTF8.self)
        if isStopping { return Problem(.serviceUnavailable, BrokerRefusal.stopping.sentence) }
        if name == Self.ownService { return Problem(.forbidden, "The service '\(name)' is the broker's own.") }
        if let reason = reasonToForbid(name, as: peer) { return reason }
        if view.body.count > Self.announcementLimit {
            return Problem(.contentTooLarge, "An announcement has at most \(Self.announcementLimit) bytes.")
        }
        if announcement(in: view) == nil { return Problem(.badRequest, "The announcement is not JSON.") }
        if before != PeerRow.nobody, !view.service.elementsEqual(services[workers[before].service].name) {
            return Problem(.conflict, "A connection serves one service: this one serves another already.")
        }
        return nil
    }

    /// Nil when it is not JSON; null when there is none.
    private func announcement(in view: EnvelopeView) -> JSONValue? {
        view.body.isEmpty ? .null : try? JSONValue(parsing: view.body)
    }

    private mutating func addWorker(_ view: EnvelopeView, announcement: JSONValue, peer: Int) {
        let service = services.row(of: view.service) ?? services.insert(view.service)
        lastWorkerNumber += 1
        var row = WorkerRow(isLive: true, peer: peer, service: service, number: lastWorkerNumber)
        row.credits = Int(view.credits)
        let worker = workers.insert(row)
        peers[peer].worker = worker
        services[service].workers.append(worker)
        services[service].activeWorkers += 1
        announcements[worker] = announcement
        publish(worker, reason: nil)
        list(service)
    }

    mutating func changeCredits(_ view: EnvelopeView, of peer: Int) {
        let worker = peers[peer].worker
        guard worker != PeerRow.nobody else { return tell(peer, .brokerGoodbye(.gone)) }
        workers[worker].credits = Int(view.credits)
        heard(worker)
        list(workers[worker].service)
    }

    /// From a worker: it takes nothing more. From a client: it wants nothing more.
    mutating func goodbye(_ view: EnvelopeView, from peer: Int) {
        let worker = peers[peer].worker
        guard worker != PeerRow.nobody else {
            if view.service.isEmpty { remove(peer: peer, because: "goodbye") } else { tell(peer, .brokerGoodbye()) }
            return
        }
        tell(peer, .brokerGoodbye())
        retire(worker)
        if workers[worker].outstanding == 0 { remove(worker: worker, because: "goodbye") }
    }

    /// Gives a worker nothing more.
    private mutating func retire(_ worker: Int) {
        guard !workers[worker].isDraining else { return }
        workers[worker].isDraining = true
        let service = workers[worker].service
        services[service].activeWorkers -= 1
        if services[service].activeWorkers == 0 { emptyQueue(of: service) }
    }

    /// Forgets a worker. What it had goes to others, or is answered at once.
    mutating func remove(worker: Int, because reason: String) {
        let service = workers[worker].service
        publish(worker, reason: reason)
        retire(worker)
        // From the last to the first, as each goes before what is already in the queue.
        while let slot = workers[worker].inHand.lastSlot { lose(slot) }
        services[service].workers.removeAll { $0 == worker }
        let peer = workers[worker].peer
        if peers[peer].worker == worker { peers[peer].worker = PeerRow.nobody }
        announcements[worker] = nil
        workers.remove(worker)
        if services[service].workers.isEmpty { remove(service: service) }
    }

    private mutating func remove(service: Int) {
        emptyQueue(of: service)
        listed.removeAll { $0 == service }
        services.remove(service)
        access?.forget(service: service)
    }

    /// Its worker is gone: the request goes to another one, when it may and there is one.
    private mutating func lose(_ slot: Int) {
        takeBack(slot)
        let service = requests[slot].service
        if requests[slot].state == .abandoned {
            close(slot)
        } else if requests[slot].isRepeatable, requests[slot].attempts < limits.attemptLimit,
            services[service].activeWorkers > 0
        {
            statistics.repeated += 1
            waitAgain(slot)
        } else {
            noteLost(of: service)
            answerAndClose(slot, with: .workerLost(service: services[service].text))
        }
    }

    /// Nobody is left who could take what waits.
    private mutating func emptyQueue(of service: Int) {
        let name = services[service].text
        while let slot = queueShares.first(of: services[service].queue) {
            let mayHaveRun = requests[slot].attempts > 0
            if mayHaveRun { noteLost(of: service) } else { noteRefused(of: service) }
            giveUp(slot, because: mayHaveRun ? .workerLost(service: name) : .noWorker(service: name))
        }
    }
}

// MARK: - What others hear of workers

extension BrokerMachine {
    private mutating func publish(_ worker: Int, reason: String?) {
        var event = event(of: worker)
        event.reason = reason
        if reason != nil { event.announcement = nil }
        actions.append(.publish(event))
    }

    /// Names a worker as long as it lives.
    func name(of worker: Int) -> String { "\(instance.suffix(12))-\(workers[worker].number)" }

    func event(of worker: Int) -> WorkerEvent {
        WorkerEvent(
            service: services[workers[worker].service].text,
            worker: name(of: worker),
            credits: workers[worker].credits,
            announcement: announcements[worker]
        )
    }
}

extension Envelope {
    static let brokerStopping = brokerGoodbye(.serviceUnavailable, sentence: BrokerRefusal.stopping.sentence)

    /// The broker's own goodbye: the peer is not, or no longer, a worker here.
    static func brokerGoodbye(_ status: Status = .none, sentence: String = "") -> Envelope {
        Envelope(.goodbye, status: status, body: sentence.isEmpty ? [] : Problem(status, sentence).bytes)
    }
}
