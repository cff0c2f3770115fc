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
        if peers[peer].isMajordomo { majordomo.peers[peer] = nil }
        peers.remove(peer)
        if peers.count == 0 { nextBeat = .never }
    }

    mutating func heartbeat(_ view: EnvelopeView, from peer: Int) {
        peers[peer].sendsHeartbeats = true
        let worker = peers[peer].worker
        if !view.service.isEmpty, worker == PeerRow.nobody { return tell(peer, .brokerGoodbye(.gone)) }
        if worker != PeerRow.nobody { heard(worker) }
        guard view.correlation != 0 else { return }
        // A client that connects only now is better served elsewhere.
        let goodbye = isStopping && worker == PeerRow.nobody
        tell(peer, goodbye ? .brokerStopping : Envelope(.heartbeat, correlation: view.correlation))
    }
}

extension BrokerMachine {
    /// A worker says something: its connection takes more, if it did not.
    @inline(__always)
    mutating func heard(_ worker: Int) {
        guard workers[worker].isStalled else { return }
        workers[worker].isStalled = false
        list(workers[worker].service)
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

    /// A client's connection did not take a reply of so many bytes; what says so is shorter, and may still get there.
    mutating func couldNotDeliver(_ bytes: Int, correlation: UInt64, to client: Int) {
        noteUndeliverable(bytes)
        answer(.notTaken, correlation: correlation, to: client)
    }

    /// A message of so many bytes is dropped.
    mutating func noteUndeliverable(_ bytes: Int) {
        statistics.undeliverable += 1
        statistics.droppedBytes += bytes
    }
}
