import Logging
import Synchronization
import ZeroMQ

/// Links: how they begin, are parked and end.
extension ClientLoop {
    /// How long what was said last may take to leave.
    private static let grace = Duration.milliseconds(100)

    /// Connects to the next broker, unless there has to be a pause. One that leaves is not asked again while it does.
    mutating func openLink(at now: Moment) throws(ZMQError) {
        while current == nil, rotation.nextAttempt <= now {
            if leaving.contains(where: { $0.index == rotation.index }) {
                rotation.moveOn(wasOfUse: false, at: now)
            } else {
                lastLinkNumber += 1
                current = try ClientLink(
                    number: lastLinkNumber,
                    index: rotation.index,
                    of: configuration,
                    in: context
                )
                areLinksNew = true
            }
        }
    }

    /// A broker has answered the first question on a link.
    mutating func brokerIsThere(on link: ClientLink, at now: Moment) {
        guard !link.isUp else { return }
        link.isThere(at: now)
        connected.happen()
        counters.broker.store(link.index, ordering: .relaxed)
        if let lastBroker, lastBroker != link.index {
            counters.failovers.add(1, ordering: .relaxed)
            logger.notice("another broker took over", metadata: ["endpoint": "\(link.endpoint)"])
        }
        lastBroker = link.index
    }

    func link(number: Int) -> ClientLink? {
        current?.number == number ? current : leaving.first { $0.number == number }
    }

    func keepLinksAlive(at now: Moment) throws(ZMQError) {
        try current?.keepAlive(at: now)
        for link in leaving { try link.keepAlive(at: now) }
    }

    /// Parks the link of a broker that leaves, and closes those that nothing is expected from; false when there are none.
    mutating func parkOrCloseLinks(at now: Moment) throws(ZMQError) -> Bool {
        guard current?.isLeaving == true || !leaving.isEmpty else { return false }
        let idle = current?.takesRequests == true ? leaving.filter { $0.inFlight == 0 } : []
        for link in idle { try close(link) }
        guard let link = current, link.isLeaving else { return !idle.isEmpty }
        if link.isUp { leaving.append(link) } else { try link.close() }
        leaveCurrent(at: now)
        return true
    }

    /// Gives up the links that are of no more use; false when there are none.
    mutating func dropLostLinks(at now: Moment) throws(ZMQError) -> Bool {
        var hasLost = false
        for link in leaving {
            guard let reason = try link.reasonOfLoss(at: now) else { continue }
            lose(link, because: reason)
            try close(link)
            if current == nil { rotation.beginAnew(at: now) }
            hasLost = true
        }
        guard let link = current, let reason = try link.reasonOfLoss(at: now) else { return hasLost }
        lose(link, because: reason)
        leaveCurrent(at: now)
        try link.close()
        return true
    }

    /// Makes place for the next link. A broker that only had forgotten this client is still the one to use.
    private mutating func leaveCurrent(at now: Moment) {
        guard let link = current else { return }
        let wasOfUse = link.upSince.map { now - $0 >= configuration.heartbeat } ?? false
        if link.isForgotten {
            rotation.stay(wasOfUse: wasOfUse, at: now)
        } else {
            rotation.moveOn(wasOfUse: wasOfUse, at: now)
        }
        current = nil
        areLinksNew = true
        counters.broker.store(ClientCounters.nowhere, ordering: .relaxed)
    }

    private mutating func close(_ link: ClientLink) throws(ZMQError) {
        leaving.removeAll { $0 === link }
        areLinksNew = true
        try link.close()
    }

    private mutating func lose(_ link: ClientLink, because reason: String) {
        if link.isUp {
            counters.connectionsLost.add(1, ordering: .relaxed)
            logger.warning(
                "connection to the broker lost",
                metadata: ["endpoint": "\(link.endpoint)", "reason": "\(reason)"]
            )
        }
        guard link.inFlight > 0 else { return }
        for request in requests.all where request.link == link.number { lose(request, with: link, because: reason) }
    }

    private mutating func lose(_ request: PendingRequest, with link: ClientLink, because reason: String) {
        if request.isRepeatable {
            request.wasLost()
            backlog.append(request.key)
        } else if requests.remove(request.key) != nil {
            let error = BusError.connectionLost(request.parameters, endpoint: link.endpoint, reason: reason)
            request.finish(.failure(error))
        }
    }

    /// Tells the brokers to forget this client, and with it what is under way.
    func sayGoodbye() throws(ZMQError) {
        for link in leaving + [current].compactMap(\.self) {
            if link.isUp { try link.send(.goodbye(), at: .now) }
            try link.close(linger: link.isUp ? Self.grace : .zero)
        }
    }
}
