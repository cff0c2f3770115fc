import ZeroMQ

/// One connection of a client or worker to the broker: a DEALER, and whether the broker is still there.
struct BrokerLink: ~Copyable {
    private var connection: MonitoredSocket
    private(set) var liveness: Liveness
    /// Whether the socket had nothing more and nothing was sent since: its descriptor will tell of whatever comes.
    private var isSettled = false

    /// Starts to connect to `endpoint`; `waker` ends ``sleep(until:)`` where that is used.
    init(
        to endpoint: Endpoint,
        in context: Context,
        waker: Waker? = nil,
        heartbeat: Duration,
        security: CurveClient? = nil
    ) throws(ZMQError) {
        connection = try MonitoredSocket(.dealer, to: endpoint, in: context, waker: waker, security: security)
        liveness = Liveness(interval: heartbeat, at: .now)
    }

    /// Sends one frame; false when the link cannot take it now.
    mutating func send(_ message: inout Message, at now: Moment) throws(ZMQError) -> Bool {
        isSettled = false
        guard try connection.socket.send(&message) else { return false }
        liveness.said(at: now)
        return true
    }

    /// Sends a control message; one that cannot be sent now is dropped, as a later one says the same.
    mutating func send(_ control: Envelope, at now: Moment) throws(ZMQError) {
        // Counted either way: a heartbeat that stays owed would keep its thread awake until the link is given up.
        liveness.said(at: now)
        guard var message = try? control.encode() else { return }
        isSettled = false
        _ = try connection.socket.send(&message)
    }

    /// Receives one frame; false when there is none.
    mutating func receive(into message: inout Message, at now: Moment) throws(ZMQError) -> Bool {
        guard try connection.socket.receive(into: &message) else {
            isSettled = true
            return false
        }
        liveness.heard(at: now)
        return true
    }

    /// Why the connection is of no more use, or nil; what arrived before can still be received.
    mutating func reasonOfLoss(at now: Moment) throws(ZMQError) -> String? {
        if try connection.state() == .cut { return "the connection was cut" }
        return liveness.isGone(at: now) ? "no heartbeat for \(liveness.silence(at: now))" : nil
    }

    /// Whether the broker is gone, also when nothing has told so before.
    mutating func isGone(at now: Moment) throws(ZMQError) -> Bool {
        try connection.stateNow() == .cut || liveness.isGone(at: now)
    }

    /// Whether nobody could be reached there at the last attempt.
    mutating func wasRefused() throws(ZMQError) -> Bool { try connection.state() == .refused }

    /// Adds the link to what a thread with several of them sleeps on.
    func watch(with poller: inout Poller) { connection.watch(with: &poller) }

    /// Whether somebody is there, as far as that can be watched: what was sent to them may be answered.
    mutating func isConnected() throws(ZMQError) -> Bool {
        try connection.stateNow() == .connected
    }

    /// Whether sending or receiving is possible now, so that there must be no sleep.
    func hasWork(toSend: Bool) throws(ZMQError) -> Bool {
        if isSettled, !toSend { return false }
        return try !connection.socket.pendingEvents().isDisjoint(with: toSend ? [.readable, .writable] : .readable)
    }

    /// Sleeps until something may have happened.
    mutating func sleep(until deadline: Moment) throws(ZMQError) {
        try connection.sleep(until: deadline)
    }

    /// Closes the link, waiting at most `linger` for what was sent to leave.
    consuming func close(linger: Duration) throws(ZMQError) {
        try connection.close(linger: linger)
    }
}
