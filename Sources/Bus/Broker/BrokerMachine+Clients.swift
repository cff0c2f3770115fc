/// What clients have under way: finding it by the name they gave it, and taking it back.
extension BrokerMachine {
    /// After how many requests a search gives up and enters the client's requests in the index.
    private static let searchLimit = 32

    mutating func cancel(_ view: EnvelopeView, from client: Int) {
        if let slot = slot(of: view.correlation, from: client) { takeBackFromClient(slot) }
    }

    /// Adds a request to those its client waits for.
    @inline(__always)
    mutating func joinClient(_ slot: Int) {
        let client = requests[slot].client
        clientLinks.append(slot, to: &peers[client].requests)
        peers[client].requestCount += 1
        if peers[client].isIndexed {
            requestIndex.insert(requests[slot].clientCorrelation, peer: client, row: slot)
        }
    }

    /// Nobody waits for the answer any more.
    mutating func leaveClient(_ slot: Int) {
        let client = requests[slot].client
        guard client != RequestSlot.nobody else { return }
        clientLinks.remove(slot, from: &peers[client].requests)
        peers[client].requestCount -= 1
        if peers[client].isIndexed {
            requestIndex.remove(requests[slot].clientCorrelation, peer: client, row: slot)
            peers[client].isIndexed = !peers[client].requests.isEmpty
        }
        requests[slot].client = RequestSlot.nobody
    }

    /// The request under way that this client calls so.
    mutating func slot(of correlation: UInt64, from client: Int) -> Int? {
        if peers[client].isIndexed { return requestIndex.row(of: correlation, peer: client) }
        var next = peers[client].requests.firstSlot
        for _ in 0..<Self.searchLimit {
            guard let slot = next else { return nil }
            if requests[slot].clientCorrelation == correlation { return slot }
            next = clientLinks.slot(after: slot)
        }
        guard next != nil else { return nil }
        indexRequests(of: client)
        return requestIndex.row(of: correlation, peer: client)
    }

    private mutating func indexRequests(of client: Int) {
        peers[client].isIndexed = true
        var next = peers[client].requests.firstSlot
        while let slot = next {
            requestIndex.insert(requests[slot].clientCorrelation, peer: client, row: slot)
            next = clientLinks.slot(after: slot)
        }
    }

    /// Nobody waits any more for anything that this client has asked.
    mutating func takeBackRequests(of client: Int) {
        while let slot = peers[client].requests.firstSlot { takeBackFromClient(slot) }
    }

    /// Nobody waits for this request any more: if a worker has it, it is told.
    private mutating func takeBackFromClient(_ slot: Int) {
        statistics.cancelled += 1
        if requests[slot].state == .queued {
            dropWaiting(slot)
        } else {
            abandon(slot)
        }
    }

    /// Leaves a request with its worker, which is told that nobody waits.
    mutating func abandon(_ slot: Int) {
        count(0, heldFor: slot)
        leaveClient(slot)
        requests[slot].state = .abandoned
        actions.append(.release(slot: slot))
        let worker = requests[slot].worker
        tell(workers[worker].peer, Envelope(.cancel, correlation: requests.correlation(of: slot)))
    }
}
