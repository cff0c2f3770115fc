/// What waits for a credit, and leaves the queue for a worker, for want of time or for somebody who has less.
extension BrokerMachine {
    /// Whether there is room for one more request of this client; makes some if another client has taken too much.
    mutating func hasRoom(for client: Int, in service: Int) -> Bool {
        guard services[service].queue.count >= limits.queueLimit else { return true }
        guard let slot = queueShares.newestOfLargest(in: services[service].queue, for: client, service: service) else {
            return false
        }
        let mayHaveRun = requests[slot].attempts > 0
        let name = services[service].text
        if mayHaveRun { noteLost(of: service) } else { noteRefused(of: service) }
        giveUp(
            slot,
            because: mayHaveRun ? .workerLost(service: name) : .queueFull(service: name, limit: limits.queueLimit)
        )
        return true
    }

    /// Lets a request that has just come wait.
    mutating func enqueue(_ slot: Int) {
        let place = place(of: slot)
        requests[slot].share = Int32(
            truncatingIfNeeded: queueShares.append(place, to: &services[place.service].queue, links: &workLinks)
        )
        nowWaits(slot)
    }

    /// Puts a request that is in nobody's hands before those that came after it.
    mutating func waitAgain(_ slot: Int) {
        let place = place(of: slot)
        requests[slot].share = Int32(
            truncatingIfNeeded: queueShares.prepend(place, to: &services[place.service].queue, links: &workLinks)
        )
        nowWaits(slot)
        list(place.service)
    }

    private mutating func nowWaits(_ slot: Int) {
        requests[slot].state = .queued
        waiting += 1
        if requests[slot].deadline != .never { deadlines.insert(requests[slot].deadline, slot: slot) }
    }

    private mutating func leaveQueue(_ slot: Int, takesTurn: Bool = false) {
        let place = place(of: slot)
        queueShares.remove(
            place,
            share: Int(requests[slot].share),
            takesTurn: takesTurn,
            from: &services[place.service].queue,
            links: &workLinks
        )
        waiting -= 1
        deadlines.remove(slot: slot)
    }

    private func place(of slot: Int) -> QueuePlace {
        QueuePlace(
            slot: slot,
            client: requests[slot].client,
            service: requests[slot].service,
            priority: Int(requests[slot].priority)
        )
    }

    /// Forgets a request that waits, and for which nobody waits any more.
    mutating func dropWaiting(_ slot: Int) {
        leaveQueue(slot)
        actions.append(.release(slot: slot))
        close(slot)
    }

    /// Answers a request that waits in the service's place, and forgets it.
    mutating func giveUp(_ slot: Int, because refusal: BrokerRefusal) {
        leaveQueue(slot)
        answerAndClose(slot, with: refusal)
    }

    mutating func expire(_ slot: Int) {
        noteExpired(of: requests[slot].service)
        giveUp(slot, because: .expired(service: services[requests[slot].service].text))
    }

    /// The next request that has waited and can go now; nil when there is none.
    mutating func nextDispatch(at now: Moment) -> BrokerDispatch? {
        while let service = listed.last {
            if let slot = queueShares.first(of: services[service].queue) {
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
        leaveQueue(slot, takesTurn: true)
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
}

// MARK: - Counting, in all and for the service

extension BrokerMachine {
    mutating func noteRefused(of service: Int) {
        statistics.refused += 1
        services[service].counters.refused += 1
    }

    mutating func noteExpired(of service: Int) {
        statistics.expired += 1
        services[service].counters.expired += 1
    }

    mutating func noteLost(of service: Int) {
        statistics.lost += 1
        services[service].counters.lost += 1
    }
}
