/// Requests: from a client into a worker's hands, or into the queue.
extension BrokerMachine {
    mutating func admit(
        _ request: EnvelopeView,
        in frame: UnsafeMutableRawBufferPointer,
        from client: Int,
        at now: Moment
    ) -> BrokerDecision {
        guard let service = services.row(of: request.service), !isStopping else {
            return refuse(request, from: client)
        }
        if service == ownRow { return .answerYourself }
        guard services[service].activeWorkers > 0, request.body.count <= limits.maxBody,
            canOpen(for: client)
        else { return refuse(request, from: client) }
        let isFirst = services[service].queue.isEmpty
        if isFirst, let worker = leastLoadedWorker(of: service) {
            return forward(request, in: frame, from: client, to: worker, of: service, at: now)
        }
        guard canHold(frame.count, for: client), hasRoom(for: client, in: service) else {
            return refuse(request, from: client)
        }
        return hold(request, bytes: frame.count, from: client, for: service, at: now)
    }

    private mutating func forward(
        _ request: EnvelopeView,
        in frame: UnsafeMutableRawBufferPointer,
        from client: Int,
        to worker: Int,
        of service: Int,
        at now: Moment
    ) -> BrokerDecision {
        let slot = open(request, from: client, for: service, at: now)
        let keep = requests[slot].isRepeatable && canHold(frame.count, for: client)
        requests[slot].isRepeatable = keep
        if keep { count(frame.count, heldFor: slot) }
        give(slot, to: worker)
        EnvelopePatch.setCorrelation(requests.correlation(of: slot), in: frame)
        return .forward(peer: workers[worker].peer, slot: slot, keep: keep)
    }

    private mutating func hold(
        _ request: EnvelopeView,
        bytes: Int,
        from client: Int,
        for service: Int,
        at now: Moment
    ) -> BrokerDecision {
        let slot = open(request, from: client, for: service, at: now)
        count(bytes, heldFor: slot)
        statistics.queued += 1
        enqueue(slot)
        return .hold(slot: slot)
    }

    private mutating func open(_ request: EnvelopeView, from client: Int, for service: Int, at now: Moment) -> Int {
        let (slot, isNew) = requests.open()
        if isNew {
            workLinks.addSlot()
            clientLinks.addSlot()
        }
        requests[slot].priority = request.priority
        requests[slot].isRepeatable = request.flags.contains(.repeatable)
        requests[slot].client = client
        requests[slot].clientCorrelation = request.correlation
        requests[slot].service = service
        requests[slot].deadline = now.after(milliseconds: request.timeLeft)
        requests[slot].credits = request.credits
        requests[slot].arrival = now
        joinClient(slot)
        statistics.requests += 1
        services[service].counters.requests += 1
        return slot
    }

    private mutating func refuse(_ request: EnvelopeView, from client: Int) -> BrokerDecision {
        if let service = services.row(of: request.service) { noteRefused(of: service) } else { statistics.refused += 1 }
        answer(reasonToRefuse(request), correlation: request.correlation, to: client)
        return .done
    }

    private func reasonToRefuse(_ request: EnvelopeView) -> BrokerRefusal {
        if isStopping { return .stopping }
        let name = String(decoding: request.service, as: UTF8.self)
        guard let service = services.row(of: request.service), services[service].activeWorkers > 0 else {
            return .noWorker(service: name)
        }
        if request.body.count > limits.maxBody {
            return .tooLarge(bytes: request.body.count, limit: limits.maxBody)
        }
        let isFull = services[service].queue.count >= limits.queueLimit
        return isFull ? .queueFull(service: name, limit: limits.queueLimit) : .tooMuch
    }
}

// MARK: - Workers and credits

extension BrokerMachine {
    /// The worker with a credit that has the least to do; equals take turns.
    mutating func leastLoadedWorker(of service: Int) -> Int? {
        let count = services[service].workers.count
        if count == 1 {
            let worker = services[service].workers[0]
            return workers[worker].hasCredit ? worker : nil
        }
        var best: Int?
        var least = Int.max
        for offset in 0..<count {
            let position = (services[service].turn + offset) % count
            let worker = services[service].workers[position]
            guard workers[worker].hasCredit, workers[worker].outstanding < least else { continue }
            (best, least) = (worker, workers[worker].outstanding)
        }
        services[service].turn = (services[service].turn + 1) % max(count, 1)
        return best
    }

    /// Puts a request into a worker's hands.
    mutating func give(_ slot: Int, to worker: Int) {
        requests[slot].state = .inHand
        requests[slot].worker = worker
        requests[slot].attempts &+= 1
        workers[worker].outstanding += 1
        workLinks.append(slot, to: &workers[worker].inHand)
    }

    /// Takes a request out of its worker's hands, which gives the credit back.
    mutating func takeBack(_ slot: Int) {
        let worker = requests[slot].worker
        workLinks.remove(slot, from: &workers[worker].inHand)
        requests[slot].worker = RequestSlot.nobody
        workers[worker].outstanding -= 1
        list(workers[worker].service)
    }

    /// Notes that the queue of a service may move.
    @inline(__always)
    mutating func list(_ service: Int) {
        guard !services[service].queue.isEmpty, !services[service].isListed else { return }
        services[service].isListed = true
        listed.append(service)
    }
}

// MARK: - The end of a request

extension BrokerMachine {
    /// Answers the client of a request that is in no queue and no hands, and forgets the request.
    mutating func answerAndClose(_ slot: Int, with refusal: BrokerRefusal) {
        let (client, correlation) = (requests[slot].client, requests[slot].clientCorrelation)
        if client != RequestSlot.nobody { answer(refusal, correlation: correlation, to: client) }
        actions.append(.release(slot: slot))
        close(slot)
    }

    /// Forgets a request that is in no queue and no hands.
    mutating func close(_ slot: Int) {
        count(0, heldFor: slot)
        leaveClient(slot)
        requests.close(slot)
    }

    /// Half of everything is for whoever comes first; of the rest nobody gets more than he leaves to the others.
    private func canHold(_ bytes: Int, for client: Int) -> Bool {
        let free = limits.heldBytesLimit - heldBytes - bytes
        return free >= limits.heldBytesLimit / 2 || free >= peers[client].heldBytes + bytes
    }

    private func canOpen(for client: Int) -> Bool {
        let free = limits.requestLimit - requests.count - 1
        return free >= limits.requestLimit / 2 || free >= peers[client].requestCount + 1
    }

    mutating func count(_ bytes: Int, heldFor slot: Int) {
        let change = bytes - requests[slot].heldBytes
        guard change != 0 else { return }
        heldBytes += change
        requests[slot].heldBytes = bytes
        if requests[slot].client != RequestSlot.nobody { peers[requests[slot].client].heldBytes += change }
    }
}
