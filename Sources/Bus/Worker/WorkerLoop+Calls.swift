import Logging
import ZeroMQ

/// A request's way through a worker: begun or left waiting, finished or stopped, and always answered once.
extension WorkerLoop {
    /// How many requests are received before their handlers run.
    private static let serviceLimit = 32

    /// What the broker may send, given what it does not know of.
    var freeCredits: UInt16 { UInt16(clamping: configuration.credits - calls.orphans) }

    private func reference(_ key: UInt64) -> CallReference { CallReference(loop: connection.number, key: key) }

    /// Takes in a request that has come.
    mutating func take(_ arrival: Arrival, at now: Moment, over link: inout BrokerLink) throws(ZMQError) {
        if let reason = reasonToRefuse {
            let problem = Problem(.serviceUnavailable, reason)
            return try send(problem.reply, correlation: arrival.correlation, at: now, over: &link)
        }
        let key = calls.begin(correlation: arrival.correlation)
        if arrival.credits > 0 { return try takeStreamed(arrival, as: key, over: &link) }
        guard arrival.isRepeatable, arrival.request.requestID != .zero else {
            return try enter(arrival.request, as: key, over: &link)
        }
        try takeRepeatable(arrival.request, as: key, at: now, over: &link)
    }

    /// Why no request is begun now.
    private var reasonToRefuse: String? {
        if calls.count >= configuration.credits {
            return "\(configuration.service) was sent more than its credits allow."
        }
        if case .ending = phase { return "This worker of \(configuration.service) ends." }
        return nil
    }

    /// A request whose client takes parts runs anew when it is repeated: its reply is more than what ends it.
    private mutating func takeStreamed(_ arrival: Arrival, as key: UInt64, over link: inout BrokerLink) throws(ZMQError)
    {
        let parts = ReplyParts(
            correlation: arrival.correlation,
            key: key,
            credits: Int(arrival.credits),
            mailbox: connection.mailbox
        )
        calls.setParts(parts, for: key)
        var request = arrival.request
        request.parts = parts
        try enter(request, as: key, over: &link)
    }

    private mutating func takeRepeatable(
        _ request: BusRequest,
        as key: UInt64,
        at now: Moment,
        over link: inout BrokerLink
    ) throws(ZMQError) {
        switch floor.begin(request, as: reference(key), at: now) {
        case .answered(let reply):
            // It has come, and ends, without a handler.
            calls.follow(key)
            try finish(key, with: reply, at: now, over: &link)
        case .follow:
            calls.setRepeatID(request.requestID, until: request.limit, for: key)
            calls.follow(key)
        case .run:
            calls.setRepeatID(request.requestID, until: request.limit, for: key)
            try enter(request, as: key, over: &link)
        case .runUnknown: try enter(request, as: key, over: &link)
        }
    }

    /// Begins a request, or leaves it waiting for a place.
    private mutating func enter(_ request: BusRequest, as key: UInt64, over link: inout BrokerLink) throws(ZMQError) {
        switch floor.enter(reference(key), priority: request.priority) {
        case .begin: try begin(request, as: key, over: &link)
        case .wait(let ticket): calls.wait(key, with: request, ticket: ticket)
        }
    }

    private mutating func begin(_ request: BusRequest, as key: UInt64, over link: inout BrokerLink) throws(ZMQError) {
        if runner.needsOwnTask(request) { return calls.keep(runner.start(request, key: key), for: key) }
        route.begin(request, key: key)
        if route.begunCount >= Self.serviceLimit { try serveBegun(over: &link) }
    }

    /// Runs the handlers of what has come, and sends the replies of those that did not have to wait.
    mutating func serveBegun(over link: inout BrokerLink) throws(ZMQError) {
        while route.begunCount > 0 {
            let task = runner.serveBegun()
            if let key = route.takeWaiting() { calls.keep(task, for: key) }
            route.takeReplies(into: &replies)
            let now = Moment.now
            for (key, reply) in replies { try finish(key, with: reply, at: now, over: &link) }
            replies.removeAll(keepingCapacity: true)
        }
    }

    /// Begins a request that has waited, unless it has ended since; then its place is for another.
    mutating func beginWaiting(_ key: UInt64, over link: inout BrokerLink) throws(ZMQError) {
        guard let request = calls.resume(key) else { return floor.leave() }
        try begin(request, as: key, over: &link)
        try serveBegun(over: &link)
    }
}

// MARK: - How a call ends

extension WorkerLoop {
    /// The handler has finished, or that of the attempt which this call repeats.
    mutating func finish(
        _ key: UInt64,
        with reply: BusReply,
        at now: Moment,
        over link: inout BrokerLink
    ) throws(ZMQError) {
        guard let call = calls.finish(key) else { return }
        if case .running = call.stage {
            if call.repeatID != .zero { floor.finish(call.repeatID, by: reference(key), with: reply) }
            floor.leave()
        }
        try answer(call, with: reply, at: now, over: &link)
    }

    /// The broker gets the reply to a call that has ended, or its credit when it has forgotten the request.
    private func answer(
        _ call: CallTable.Call,
        with reply: BusReply,
        at now: Moment,
        over link: inout BrokerLink
    ) throws(ZMQError) {
        call.parts?.end()
        if call.announcement == calls.announcement {
            try send(reply, correlation: call.correlation, at: now, over: &link)
        } else {
            try link.send(Envelope(.credit, service: configuration.service, credits: freeCredits), at: now)
        }
    }

    /// The broker says that nobody waits for this request any more.
    mutating func cancel(correlation: UInt64, over link: inout BrokerLink) throws(ZMQError) {
        guard let key = calls.key(of: correlation), let call = calls[key] else { return }
        guard call.repeatID != .zero else { return try stop(key, over: &link) }
        let unwanted = floor.cancel(call.repeatID, reference(key))
        if case .following = call.stage {
            if let unwanted { floor.stop(unwanted) }
            try stop(key, over: &link)
        } else if unwanted != nil {
            try stop(key, over: &link)
        }
    }

    /// Cancels a call's handler, or ends a call that has none.
    mutating func stop(_ key: UInt64, over link: inout BrokerLink) throws(ZMQError) {
        guard let call = calls[key] else { return }
        call.parts?.end()
        switch call.stage {
        case .running(let task): task?.cancel()
        case .waiting, .following:
            let problem = Problem(.clientClosedRequest, "The request was cancelled.")
            try giveUp(key, because: problem, over: &link)
        }
    }

    /// Answers the calls that have waited for a place until nobody waits for them any more, and cancels the handlers
    /// that went on for a repeat which can come no more.
    mutating func dropOverdue(at now: Moment, over link: inout BrokerLink) throws(ZMQError) {
        while let key = calls.popOverdue(at: now) {
            if let call = calls[key], case .running = call.stage {
                if floor.cancel(call.repeatID, reference(key)) != nil { try stop(key, over: &link) }
                continue
            }
            let problem = Problem(.gatewayTimeout, "The deadline passed before \(configuration.service) began.")
            try giveUp(key, because: problem, over: &link)
        }
    }

    /// Ends a call that has no handler.
    private mutating func giveUp(_ key: UInt64, because problem: Problem, over link: inout BrokerLink) throws(ZMQError)
    {
        guard let call = calls.finish(key) else { return }
        if case .waiting(_, let ticket) = call.stage {
            floor.withdraw(ticket)
            if call.repeatID != .zero { floor.drop(call.repeatID, by: reference(key), with: problem.reply) }
        }
        try answer(call, with: problem.reply, at: .now, over: &link)
    }
}

// MARK: - When the connection is gone

extension WorkerLoop {
    /// Lets go of what came by a connection that is gone. What may be repeated goes on, for the repeat that comes by
    /// another one; the rest ends.
    mutating func loseCalls() {
        for key in calls.keys { lose(key) }
        calls.announceAgain()
    }

    private mutating func lose(_ key: UInt64) {
        guard let call = calls[key], call.announcement == calls.announcement else { return }
        call.parts?.end()
        switch call.stage {
        case .running(let task):
            if call.repeatID == .zero {
                task?.cancel()
            } else {
                floor.lose(call.repeatID, reference(key))
                calls.watchDeadline(of: key)
            }
        case .waiting(_, let ticket):
            // Others may wait for its reply, who have come by another connection.
            guard call.repeatID == .zero || floor.cancel(call.repeatID, reference(key)) != nil else { return }
            floor.withdraw(ticket)
            _ = calls.finish(key)
        case .following:
            floor.lose(call.repeatID, reference(key))
            _ = calls.finish(key)
        }
    }

    /// Nobody will send their replies.
    func cancelHandlers() {
        for key in calls.keys {
            guard let call = calls[key] else { continue }
            call.parts?.end()
            if case .running(let task) = call.stage { task?.cancel() }
        }
    }
}

// MARK: - What goes out

extension WorkerLoop {
    /// Sends a part of the reply to a request that the broker still knows.
    func send(part frame: [UInt8], of key: UInt64, over link: inout BrokerLink) throws(ZMQError) {
        guard let call = calls[key], call.announcement == calls.announcement else { return }
        var part = Message(adopting: frame)
        guard try !link.send(&part, at: .now) else { return }
        logger.error("part of a reply could not be sent", metadata: ["service": "\(configuration.service)"])
    }

    func send(
        _ reply: BusReply,
        correlation: UInt64,
        at now: Moment,
        over link: inout BrokerLink
    ) throws(ZMQError) {
        var message = encode(reply, correlation: correlation)
        guard try !link.send(&message, at: now) else { return }
        logger.error("reply could not be sent", metadata: ["service": "\(configuration.service)"])
    }

    /// The reply's frame, or one that says why there is none.
    private func encode(_ reply: BusReply, correlation: UInt64) -> Message {
        do throws(EnvelopeError) {
            return try reply.frame(correlation: correlation)
        } catch {
            logger.error("reply could not be encoded", metadata: ["fault": "\(error)"])
            let problem = Problem(.internalServerError, "\(configuration.service) made a reply that cannot be sent.")
            return (try? problem.reply.frame(correlation: correlation)) ?? Message()
        }
    }
}
