/// What happens because time passes. The loop asks for ``nextWake`` and calls ``advance(to:)`` when it has come.
extension BrokerMachine {
    /// How exact deadlines in the queue are: what passes within such a time is answered together.
    private static let expiryInterval = Duration.milliseconds(10)

    /// When time matters next.
    var nextWake: Moment {
        guard let earliest = deadlines.earliest else { return nextBeat }
        return min(nextBeat, max(earliest, lastExpiry + Self.expiryInterval))
    }

    /// Ends what has waited too long, and in every heartbeat's interval drops who is silent and greets the others.
    mutating func advance(to now: Moment) {
        if now >= lastExpiry + Self.expiryInterval { expireQueues(at: now) }
        guard now >= nextBeat else { return }
        // Silence while nobody listened here is not the peers': this process was stopped, or the machine was.
        if now > nextBeat + limits.heartbeat { forgiveSilence(at: now) }
        nextBeat = now + limits.heartbeat
        beat(at: now)
        expireInHand(at: now)
        clearLobby(at: now)
    }

    private mutating func beat(at now: Moment) {
        // All are judged before one is removed: what its end answers must still find the client that waited silently.
        let silent = peers.indices.filter { isGone($0, at: now) }
        for peer in silent { giveUp(peer: peer, at: now) }
        for peer in peers.indices where now - peers[peer].lastSaid >= limits.heartbeat / 2 {
            tell(peer, Envelope(.heartbeat))
        }
    }

    private mutating func forgiveSilence(at now: Moment) {
        for peer in peers.indices { peers[peer].lastHeard = now }
    }

    /// A client that was only stopped must learn what became of its requests, so it is known for one more beat.
    private mutating func giveUp(peer: Int, at now: Moment) {
        if peers[peer].worker == PeerRow.nobody, !peers[peer].requests.isEmpty {
            takeBackRequests(of: peer)
            tell(peer, .brokerGoodbye(.gone))
        } else {
            remove(peer: peer, because: "no heartbeat for \(now - peers[peer].lastHeard)")
        }
    }

    private func isGone(_ peer: Int, at now: Moment) -> Bool {
        now - peers[peer].lastHeard >= silenceLimit(of: peer) && mustGo(peer)
    }

    /// A client that never sent heartbeats may wait in silence; whether it is still there, the heartbeat to it tells.
    private func mustGo(_ peer: Int) -> Bool {
        if peers[peer].isMajordomo { return majordomoMustGo(peer) }
        return peers[peer].sendsHeartbeats || peers[peer].worker != PeerRow.nobody || peers[peer].requests.isEmpty
    }

    private mutating func expireQueues(at now: Moment) {
        while let slot = deadlines.popExpired(at: now) {
            lastExpiry = now
            expire(slot)
        }
    }

    /// A client that keeps its own time has asked no more; one that does not is answered here.
    private mutating func expireInHand(at now: Moment) {
        guard requests.count > 0 else { return }
        for slot in 0..<requests.capacity where requests[slot].state == .inHand && requests[slot].deadline <= now {
            noteExpired(of: requests[slot].service)
            let refusal = BrokerRefusal.expired(service: services[requests[slot].service].text)
            answer(refusal, correlation: requests[slot].clientCorrelation, to: requests[slot].client)
            abandon(slot)
        }
    }
}

// MARK: - Probes and shutdown

extension BrokerMachine {
    /// A connection was lost, nobody knows whose: a heartbeat to everybody who has or waits for something tells.
    mutating func probe() {
        for peer in peers.indices where hasBusiness(peer) { tell(peer, Envelope(.heartbeat)) }
    }

    private func hasBusiness(_ peer: Int) -> Bool {
        peers[peer].worker != PeerRow.nobody || !peers[peer].requests.isEmpty
    }

    /// Takes nothing new from now on.
    mutating func stop() {
        guard !isStopping else { return }
        isStopping = true
        for peer in peers.indices {
            tell(peer, .brokerStopping)
        }
    }

    /// Whether every request has been answered.
    var isIdle: Bool { requests.count == 0 }
}
