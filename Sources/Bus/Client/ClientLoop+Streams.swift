import ZeroMQ

/// Replies in parts.
extension ClientLoop {
    /// Lets the worker send so many more parts.
    func grant(_ count: Int, to request: PendingRequest, at now: Moment) throws(ZMQError) {
        guard let number = request.link, let link = link(number: number) else { return }
        try link.send(Envelope(.credit, correlation: request.key, credits: UInt16(clamping: count)), at: now)
    }

    /// Takes one part. A part of a request that takes none is ignored.
    mutating func take(_ part: EnvelopeView, from link: ClientLink) {
        guard let request = requests.request(part.correlation), request.link == link.number,
            let parts = request.parts
        else { return }
        request.replyHasBegun()
        guard let reply = part.reply else {
            return faults.append((request, .unreadableReply(to: request.parameters)))
        }
        switch parts.add(reply) {
        case .first: readersToWake.append(parts)
        case .further: break
        case .refused: faults.append((request, .partsNotGranted(to: request.parameters)))
        }
    }

    /// Wakes those who wait for parts: once for all that came in a pass.
    mutating func wakeReaders() {
        for parts in readersToWake { parts.wakeReaders() }
        readersToWake.removeAll(keepingCapacity: true)
    }

    /// Ends the requests whose replies cannot go on, and tells the broker.
    mutating func endFaultyReplies(at now: Moment) throws(ZMQError) {
        for (request, error) in faults where requests.remove(request.key) != nil {
            try withdraw(request, at: now)
            request.finish(.failure(error))
        }
        faults.removeAll()
    }
}

extension BusError {
    fileprivate static func partsNotGranted(to request: RequestParameters) -> BusError {
        BusError(.partsNotGranted, "\(request.service) \(request.operation): more than \(request.window) parts at once")
    }
}
