import ZeroMQ

/// The broker's ROUTER: bound to all its endpoints, with a monitor that tells when a connection is lost.
struct BrokerSocket: ~Copyable {
    let socket: Socket
    private let monitor: SocketMonitor

    init(_ configuration: Broker.Configuration, in context: Context) throws(ZMQError) {
        let socket = try Self.makeSocket(configuration, in: context)
        let monitor = try SocketMonitor(of: socket)
        self.socket = socket
        self.monitor = monitor
    }

    private static func makeSocket(
        _ configuration: Broker.Configuration,
        in context: Context
    ) throws(ZMQError) -> Socket {
        let socket = try Socket(.router, in: context)
        // Without it, a ROUTER drops silently what it cannot send.
        try socket.set(.routerMandatory, to: true)
        try socket.set(.sendHighWaterMark, to: configuration.sendQueueLimit)
        // When a broker comes back, all its peers connect at once.
        try socket.set(.backlog, to: 4096)
        try socket.set(.receiveHighWaterMark, to: configuration.receiveQueueLimit)
        try socket.set(.maxMessageSize, to: configuration.maxMessage)
        try socket.set(.handshakeInterval, to: configuration.handshakeLimit)
        try socket.set(.tcpUnacknowledgedLimit, to: configuration.unacknowledgedLimit)
        // A peer's machine that vanishes closes nothing; without an end its row would stay.
        try socket.set(.tcpKeepAlive, to: true)
        try socket.set(.tcpKeepAliveIdle, to: 30)
        try socket.set(.tcpKeepAliveInterval, to: 10)
        try socket.set(.tcpKeepAliveCount, to: 3)
        return socket
    }

    /// Makes `poller` watch for messages and lost connections.
    func watch(with poller: inout Poller) {
        poller.add(socket)
        poller.add(monitor.socket)
    }

    /// Whether a connection was lost since the last time.
    func lostConnection() throws(ZMQError) -> Bool {
        var isLost = false
        while try monitor.socket.pendingEvents().contains(.readable), let event = try monitor.next(within: .zero) {
            if event.kind == .disconnected { isLost = true }
        }
        return isLost
    }

    /// Closes the socket, waiting at most `linger` for replies to leave.
    consuming func close(linger: Duration) throws(ZMQError) {
        try socket.set(.linger, to: linger)
        try Self.close(socket, watchedBy: monitor, within: linger + .seconds(1))
    }

    /// The monitor must be the last to go: libzmq's own threads wait for its reader.
    private static func close(
        _ socket: consuming Socket,
        watchedBy monitor: consuming SocketMonitor,
        within limit: Duration
    ) throws(ZMQError) {
        _ = consume socket
        while let event = try monitor.next(within: limit), event.kind != .monitorStopped {}
    }
}
