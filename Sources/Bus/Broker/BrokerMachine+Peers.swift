/// Peers: whoever sends something is known until silence, a goodbye or an unreachable address ends that.
extension BrokerMachine {
    /// The row of the peer with this routing id, which has just been heard; a new one if need be.
    @inline(__always)
    mutating func peer(_ id: UnsafeRawBufferPointer, heardAt now: Moment) -> Int {
        let peer = routes.row(of: id) ?? addPeer(id, at: now)
        peers[peer].lastHeard = now
        return peer
    }

    private mutating func addPeer(_ id: UnsafeRawBufferPointer, at now: Moment) -> Int {
        if peers.count == 0 { nextBeat = now + limits.heartbeat }
        let peer = peers.insert(PeerRow(isLive: true, lastSaid: now))
        peers[peer].id = routes.insert(id, row: peer)
        return peer
    }

    /// Forgets a peer: its requests are taken back, and as a worker it is gone.
    mutating func remove(peer: Int, because reason: String) {
        guard peers[peer].isLive else { return }
        if peers[peer].worker != PeerRow.nobody { remove(worker: peers[peer].worker, because: reason) }
        takeBackRequests(of: peer)
        routes.remove(peers[peer].id)
        peers.remove(peer)
        if peers.count == 0 { nextBeat = .never }
    }

    mutating func heartbeat(_ view: EnvelopeView, from peer: Int) {
        peers[peer].sendsHeartbeats = true
        let worker = peers[peer].worker
        if !view.service.isEmpty, worker == PeerRow.nobody { return tell(peer, .brokerGoodbye(.gone)) }
        if worker != PeerRow.nobody, workers[worker].isStalled {
            workers[worker].isStalled = false
            list(workers[worker].service)
        }
        if view.correlation != 0 { tell(peer, Envelope(.heartbeat, correlation: view.correlation)) }
    }

    mutating func cancel(_ view: EnvelopeView, from client: Int) {
        if let slot = slot(of: view.correlation, from: client) { takeBackFromClient(slot) }
    }

    /// Searched from both ends at once: what is given up is mostly the oldest, whose time is over, or the newest.
    private func slot(of correlation: UInt64, from client: Int) -> Int? {
        var (old, new) = (peers[client].requests.firstSlot, peers[client].requests.lastSlot)
        while let first = old, let last = new {
            if requests[first].clientCorrelation == correlation { return first }
            if requests[last].clientCorrelation == correlation { return last }
            old = clientLinks.slot(after: first)
            // They have met.
            if first == last || old == last { return nil }
            new = clientLinks.slot(before: last)
        }
        return nil
    }

    /// Nobody waits any more for anything that this client has asked.
    mutating func takeBackRequests(of client: Int) {
        while let slot = peers[client].requests.firstSlot { takeBackFromClient(slot) }
    }

    /// Nobody waits for this request any more: if a worker has it, it is told.
    private mutating func takeBackFromClient(_ slot: Int) {
        statistics.cancelled += 1
        if requests[slot].state == .queued {
            leaveQueue(slot)
            actions.append(.release(slot: slot))
            close(slot)
        } else {
            abandon(slot)
        }
    }

    /// Leaves a request with its worker, which is told that nobody waits.
    mutating func abandon(_ slot: Int) {
        leaveClient(slot)
        requests[slot].state = .abandoned
        count(0, heldFor: slot)
        actions.append(.release(slot: slot))
        let worker = requests[slot].worker
        tell(workers[worker].peer, Envelope(.cancel, correlation: requests.correlation(of: slot)))
    }
}

// MARK: - What could not be sent

extension BrokerMachine {
    /// A worker's connection did not take a request: it waits again, and this worker gets nothing until it is heard.
    mutating func couldNotSend(_ slot: Int) {
        let worker = requests[slot].worker
        takeBack(slot)
        requests[slot].attempts -= 1
        workers[worker].isStalled = true
        waitAgain(slot)
    }

    /// A client's connection did not take a reply.
    mutating func couldNotDeliver() {
        statistics.undeliverable += 1
    }
}
