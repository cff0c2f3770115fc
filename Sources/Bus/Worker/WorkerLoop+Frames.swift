import Logging
import ZeroMQ

/// What a broker's frames ask of a worker.
extension WorkerLoop {
    /// A request that has come, and what its header says besides.
    struct Arrival {
        let request: BusRequest
        let correlation: UInt64
        /// How many parts of the reply the client takes.
        let credits: UInt16
        let isRepeatable: Bool
    }

    /// Read while the frame's memory is there.
    private enum Frame {
        case request(Arrival)
        case unreadable(EnvelopeError, correlation: UInt64)
        case cancel(correlation: UInt64)
        case grant(UInt16, correlation: UInt64)
        case acknowledged
        case goodbye(Status, reason: String?)
        case nothing
    }

    /// How many frames are taken before the rest of the loop has its turn.
    private static let batchLimit = 512

    /// Receives until there is nothing, or a batch is full; false for the latter.
    mutating func receiveBatch(over link: inout BrokerLink) throws(ZMQError) -> Bool {
        var now = Moment.now
        var message = Message()
        for _ in 0..<Self.batchLimit {
            guard try link.receive(into: &message, at: now) else {
                guard route.begunCount > 0 else { return true }
                try serveBegun(over: &link)
                now = .now
                continue
            }
            try act(on: frame(message, at: now), at: now, over: &link)
        }
        try serveBegun(over: &link)
        return false
    }

    private mutating func frame(_ message: borrowing Message, at now: Moment) -> Frame {
        message.withUnsafeBytes { bytes in
            do throws(EnvelopeError) {
                return try frame(EnvelopeView(bytes), at: now)
            } catch {
                logger.warning("malformed frame from the broker", metadata: ["fault": "\(error)"])
                return .nothing
            }
        }
    }

    private mutating func frame(_ view: EnvelopeView, at now: Moment) throws(EnvelopeError) -> Frame {
        switch view.kind {
        case .request: request(view, at: now)
        case .cancel: .cancel(correlation: view.correlation)
        case .credit: .grant(view.credits, correlation: view.correlation)
        case .ready: .acknowledged
        case .goodbye: .goodbye(view.status, reason: Problem(parsing: Array(view.body))?.sentence)
        case .reply, .partial, .heartbeat: .nothing
        }
    }

    private mutating func request(_ view: EnvelopeView, at now: Moment) -> Frame {
        do throws(EnvelopeError) {
            let arrival = Arrival(
                request: try BusRequest(view, names: &names, at: now),
                correlation: view.correlation,
                credits: view.credits,
                isRepeatable: view.flags.contains(.repeatable)
            )
            return .request(arrival)
        } catch {
            return .unreadable(error, correlation: view.correlation)
        }
    }

    private mutating func act(on frame: Frame, at now: Moment, over link: inout BrokerLink) throws(ZMQError) {
        if case .request = frame {} else { try serveBegun(over: &link) }
        switch frame {
        case .request(let arrival): try take(arrival, at: now, over: &link)
        case .unreadable(let fault, let correlation):
            let reply = BusReply.problem(Problem(.badRequest, fault.description))
            try send(reply, correlation: correlation, at: now, over: &link)
        case .cancel(let correlation): try cancel(correlation: correlation, over: &link)
        case .grant(let count, let correlation): grant(Int(count), correlation: correlation)
        case .acknowledged: acknowledged()
        case .goodbye(let status, let reason): try goodbye(status, because: reason, over: &link)
        case .nothing: break
        }
    }

    /// The client of this request takes so many more parts of its reply.
    private func grant(_ count: Int, correlation: UInt64) {
        guard let key = calls.key(of: correlation) else { return }
        calls[key]?.parts?.grant(count)
    }
}
