import ZeroMQ

/// One connection of a subscriber to the broker: an XSUB, whose subscriptions are messages.
struct SubscriberLink: ~Copyable {
    private var connection: MonitoredSocket
    private(set) var liveness: Liveness
    /// Whether the socket had nothing more and nothing was sent since: its descriptor will tell of whatever comes.
    private var isSettled = false

    init(to endpoint: Endpoint, in context: Context, waker: Waker, heartbeat: Duration, security: CurveClient? = nil)
        throws(ZMQError)
    {
        connection = try MonitoredSocket(.xsub, to: endpoint, in: context, waker: waker, security: security)
        liveness = Liveness(interval: heartbeat, at: .now)
    }

    mutating func subscribe(to prefix: [UInt8], at now: Moment) throws(ZMQError) {
        try send([1] + prefix, at: now)
    }

    mutating func unsubscribe(from prefix: [UInt8], at now: Moment) throws(ZMQError) {
        try send([0] + prefix, at: now)
    }

    /// Receives one frame; false when there is none.
    mutating func receive(into frame: inout Message, at now: Moment) throws(ZMQError) -> Bool {
        guard try connection.socket.receive(into: &frame) else {
            isSettled = true
            return false
        }
        liveness.heard(at: now)
        return true
    }

    /// Why the connection is of no more use, or nil.
    mutating func reasonOfLoss(at now: Moment) throws(ZMQError) -> String? {
        switch try connection.state() {
        case .cut: "the connection was cut"
        case .refused: "the connection was refused"
        case .connecting, .connected: liveness.isGone(at: now) ? "no answer for \(liveness.silence(at: now))" : nil
        }
    }

    /// Whether there is something to receive, so that there must be no sleep.
    func hasWork() throws(ZMQError) -> Bool {
        if isSettled { return false }
        return try connection.socket.pendingEvents().contains(.readable)
    }

    /// Sleeps until something may have happened.
    mutating func sleep() throws(ZMQError) {
        try connection.sleep(until: liveness.nextChange)
    }

    consuming func close() throws(ZMQError) {
        try connection.close(linger: .zero)
    }

    private mutating func send(_ bytes: [UInt8], at now: Moment) throws(ZMQError) {
        var message = Message(copying: bytes)
        isSettled = false
        _ = try connection.socket.send(&message)
        liveness.said(at: now)
    }
}
