import ZeroMQ

/// A connected socket that notices when its connection is cut, which libzmq by itself would mend silently.
///
/// It is never mended: its owner makes another one. So it is always known on which side of a loss a message was sent.
///
/// A thread with one socket sleeps in ``sleep(until:)``; one with several has a poller that watches them all.
struct MonitoredSocket: ~Copyable {
    let socket: Socket
    private let monitor: SocketMonitor?
    private var poller = Poller()
    /// Which one the monitor is in the poller.
    private var monitorNumber: Int?
    /// Whether the monitor may have something to tell: asking it costs two system calls.
    private var mayHaveEvents = true
    private var hasBegun = false
    private var hasEnded = false
    private var isRefused = false

    /// Starts to connect to `endpoint`; `waker` ends ``sleep(until:)`` where that is used, and `setUp` may change
    /// settings before.
    ///
    /// The connection of an `inproc://` endpoint cannot be watched; its owner has to notice the silence. Keys are for
    /// `tcp://` endpoints: the others do not leave the machine, and `security` is not applied to them.
    init(
        _ kind: Socket.Kind,
        to endpoint: Endpoint,
        in context: Context,
        waker: Waker? = nil,
        security: CurveClient? = nil,
        setUp: (borrowing Socket) throws(ZMQError) -> Void = { _ in }
    ) throws(ZMQError) {
        let socket = try Self.makeSocket(kind, in: context)
        if let security, endpoint.transport == .tcp { try socket.useCurve(security) }
        try setUp(socket)
        let monitor = endpoint.transport == .inproc ? nil : try SocketMonitor(of: socket)
        try socket.connect(endpoint)
        self.socket = socket
        self.monitor = monitor
        guard let waker else { return }
        poller.add(waker)
        poller.add(self.socket)
        monitorNumber = self.monitor?.watch(with: &poller)
    }

    /// Adds to `poller` whatever tells that something may have happened here.
    func watch(with poller: inout Poller) {
        poller.add(socket)
        _ = monitor?.watch(with: &poller)
    }

    private static func makeSocket(_ kind: Socket.Kind, in context: Context) throws(ZMQError) -> Socket {
        let socket = try Socket(kind, in: context)
        // What is under way is bounded above: by request limits, credits and the buffers of events.
        try socket.set(.sendHighWaterMark, to: 0)
        try socket.set(.receiveHighWaterMark, to: 0)
        try socket.set(.reconnectInterval, to: .milliseconds(20))
        try socket.set(.reconnectIntervalMaximum, to: .milliseconds(500))
        return socket
    }

    /// What is known of the connection now.
    enum State {
        /// Nobody has answered yet.
        case connecting
        /// Nobody takes the connection: libzmq goes on trying, its owner may try somebody else.
        case refused
        case connected
        /// It was cut; what arrived before can still be received.
        case cut
    }

    /// What is known now. After a sleep of its own that is what the monitor had told when the sleep ended: what came later
    /// ends the next one. See ``stateNow()``.
    mutating func state() throws(ZMQError) -> State {
        if mayHaveEvents { try takeEvents() }
        if hasEnded { return .cut }
        if hasBegun { return .connected }
        return isRefused ? .refused : .connecting
    }

    /// The same, also when the last sleep did not end because of it.
    mutating func stateNow() throws(ZMQError) -> State {
        mayHaveEvents = true
        return try state()
    }

    private mutating func takeEvents() throws(ZMQError) {
        while let event = try monitor?.next(within: .zero) {
            take(event)
        }
        // What comes later ends the sleep, where that tells what ended it.
        if monitorNumber != nil { mayHaveEvents = false }
    }

    /// A connection that breaks before its handshake is over has carried nothing: it was refused, not cut.
    private mutating func take(_ event: SocketEvent) {
        switch event.kind {
        case .handshakeSucceeded:
            hasBegun = true
            isRefused = false
        case .disconnected where hasBegun: hasEnded = true
        case .disconnected, .connectRetried: isRefused = !hasBegun
        default: break
        }
    }

    /// Sleeps until something may have happened; nil is no deadline.
    mutating func sleep(until deadline: Moment?) throws(ZMQError) {
        try poller.wait(until: deadline?.instant)
        if let monitorNumber, poller.hasNews(monitorNumber) { mayHaveEvents = true }
    }

    /// Closes the socket, waiting at most `linger` for what was sent to leave.
    consuming func close(linger: Duration) throws(ZMQError) {
        try socket.set(.linger, to: linger)
        try Self.close(socket, watchedBy: monitor, within: linger + .seconds(1))
    }

    /// Closes the socket before its monitor: libzmq's threads wait for a monitor's reader, so it must be the last to go.
    private static func close(
        _ socket: consuming Socket,
        watchedBy monitor: consuming SocketMonitor?,
        within limit: Duration
    ) throws(ZMQError) {
        _ = consume socket
        while let event = try monitor?.next(within: limit), event.kind != .monitorStopped {}
    }
}

extension SocketMonitor {
    fileprivate func watch(with poller: inout Poller) -> Int { poller.add(socket) }
}
