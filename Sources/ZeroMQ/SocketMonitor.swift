import CZMQ
import Synchronization

/// Tells what happens to the connections of one socket: who connected, what was lost, why a handshake failed.
///
/// libzmq mends connections silently; this is the way to see it. TCP and ipc only. Like a socket, a monitor has one
/// owner; it may be another thread than the socket's.
///
/// ```swift
/// let monitor = try SocketMonitor(of: socket)
/// try socket.connect(endpoint)
/// while let event = try monitor.next(within: .seconds(5)), event.kind != .handshakeSucceeded {}
/// ```
public struct SocketMonitor: ~Copyable {
    /// Where the events arrive, to be watched by a ``Poller``.
    public let socket: Socket

    private static let count = Atomic(0)

    /// Starts to watch `socket`, from now on. A socket has one monitor at most: another one takes its place.
    public init(of socket: borrowing Socket) throws(ZMQError) {
        let number = Self.count.add(1, ordering: .relaxed).newValue
        let endpoint = Endpoint.inproc("zeromq-monitor-\(number)")
        let code = zmq_socket_monitor(socket.handle, endpoint.description, ZMQ_EVENT_ALL)
        try socket.check(code, "monitor a socket at", endpoint)
        self.socket = try Self.listen(at: endpoint, in: socket.context)
    }

    private static func listen(at endpoint: Endpoint, in context: Context) throws(ZMQError) -> Socket {
        let socket = try Socket(.pair, in: context)
        try socket.connect(endpoint)
        return socket
    }

    /// The next event.
    ///
    /// - Parameter within: how long to wait for it; nil waits until there is one, zero does not wait.
    /// - Returns: nil when there was none in time.
    public func next(within: Duration?) throws(ZMQError) -> SocketEvent? {
        while let frames = try socket.receiveMultipart(within: within) {
            if let event = SocketEvent(frames: frames) { return event }
        }
        return nil
    }
}
