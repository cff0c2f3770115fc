/// Replies: from the worker that has the request to the client that waits for it.
extension BrokerMachine {
    mutating func settle(
        _ reply: EnvelopeView,
        in frame: UnsafeMutableRawBufferPointer,
        from peer: Int
    ) -> BrokerDecision {
        guard let slot = slotInHand(of: reply.correlation, from: peer) else {
            statistics.stale += 1
            return .done
        }
        let (client, correlation) = (requests[slot].client, requests[slot].clientCorrelation)
        if client != RequestSlot.nobody { services[requests[slot].service].counters.replies += 1 }
        finish(slot)
        guard client != RequestSlot.nobody else { return .done }
        readdress(frame, to: correlation)
        statistics.replies += 1
        return .deliver(peer: client, slot: slot)
    }

    /// The request that this very peer was given under this correlation, and has not answered.
    func slotInHand(of correlation: UInt64, from peer: Int) -> Int? {
        guard let slot = requests.slot(of: correlation), requests[slot].worker != RequestSlot.nobody,
            requests[slot].worker == peers[peer].worker
        else { return nil }
        return slot
    }

    /// Only the broker says that it speaks for itself.
    func readdress(_ frame: UnsafeMutableRawBufferPointer, to correlation: UInt64) {
        EnvelopePatch.setCorrelation(correlation, in: frame)
        EnvelopePatch.remove(.fromBroker, in: frame)
    }

    /// The worker has done with this request.
    private mutating func finish(_ slot: Int) {
        let worker = requests[slot].worker
        workers[worker].isStalled = false
        takeBack(slot)
        close(slot)
        if workers[worker].isDraining, workers[worker].outstanding == 0 { remove(worker: worker, because: "goodbye") }
    }
}
