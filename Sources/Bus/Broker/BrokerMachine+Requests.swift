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
            requests.count < limits.requestLimit
        else { return refuse(request, from: client) }
        let isFirst = services[service].queue.isEmpty
        if isFirst, let worker = leastLoadedWorker(of: service) {
            return forward(request, in: frame, from: client, to: worker, of: service, at: now)
        }
        guard services[service].queue.count < limits.queueLimit, canHold(frame.count) else {
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
        let keep = requests[slot].isRepeatable && canHold(frame.count)
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
        services[service].queue.append(slot, priority: requests[slot].priority, links: &workLinks)
        nowWaits(slot)
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
        joinClient(slot)
        statistics.requests += 1
        return slot
    }

    private mutating func refuse(_ request: EnvelopeView, from client: Int) -> BrokerDecision {
        statistics.refused += 1
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

// MARK: - The queue

extension BrokerMachine {
    /// The next request that has waited and can go now; nil when there is none.
    mutating func nextDispatch(at now: Moment) -> BrokerDispatch? {
        while let service = listed.last {
            if let slot = services[service].queue.first {
                if requests[slot].deadline <= now {
                    expire(slot)
                    continue
                }
                if let worker = leastLoadedWorker(of: service) { return dispatch(slot, to: worker, at: now) }
            }
            services[service].isListed = false
            listed.removeLast()
        }
        return nil
    }

    private mutating func dispatch(_ slot: Int, to worker: Int, at now: Moment) -> BrokerDispatch {
        leaveQueue(slot)
        let isRepeated = requests[slot].attempts > 0
        let keep = requests[slot].isRepeatable
        if !keep { count(0, heldFor: slot) }
        give(slot, to: worker)
        return BrokerDispatch(
            slot: slot,
            peer: workers[worker].peer,
            correlation: requests.correlation(of: slot),
            timeLeft: requests[slot].deadline.millisecondsLeft(at: now),
            credits: requests[slot].credits,
            keep: keep,
            isRepeated: isRepeated
        )
    }

    /// Puts a request that is in nobody's hands before those that came after it.
    mutating func waitAgain(_ slot: Int) {
        let service = requests[slot].service
        services[service].queue.prepend(slot, priority: requests[slot].priority, links: &workLinks)
        nowWaits(slot)
        list(service)
    }

    private mutating func nowWaits(_ slot: Int) {
        requests[slot].state = .queued
        waiting += 1
        earliestDeadline = min(earliestDeadline, requests[slot].deadline)
    }

    mutating func leaveQueue(_ slot: Int) {
        let priority = requests[slot].priority
        services[requests[slot].service].queue.remove(slot, priority: priority, links: &workLinks)
        waiting -= 1
        if waiting == 0 { earliestDeadline = .never }
    }

    /// Answers a request that waits in the service's place, and forgets it.
    mutating func giveUp(_ slot: Int, because refusal: BrokerRefusal) {
        leaveQueue(slot)
        answerAndClose(slot, with: refusal)
    }

    mutating func expire(_ slot: Int) {
        statistics.expired += 1
        giveUp(slot, because: .expired(service: services[requests[slot].service].text))
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
        leaveClient(slot)
        count(0, heldFor: slot)
        requests.close(slot)
    }

    func canHold(_ bytes: Int) -> Bool { heldBytes + bytes <= limits.heldBytesLimit }

    mutating func count(_ bytes: Int, heldFor slot: Int) {
        heldBytes += bytes - requests[slot].heldBytes
        requests[slot].heldBytes = bytes
    }
}
