import CZMQ

/// Something that happened to a connection of a socket: see ``SocketMonitor``.
public struct SocketEvent: Sendable, Hashable, CustomStringConvertible {
    /// What happened.
    public let kind: Kind
    /// libzmq's number with it: an `errno`, a file descriptor or an interval in milliseconds, as ``kind`` says.
    public let value: UInt32
    /// Where: the peer's address, or the one of this socket.
    public let endpoint: String

    /// What can happen.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// The transport is connected; the handshake follows. Value: its file descriptor.
        case connected
        /// Connecting takes a while.
        case connectDelayed
        /// Connecting failed and is tried again. Value: after how many milliseconds.
        case connectRetried
        /// The socket is bound. Value: its file descriptor.
        case listening
        /// Value: the `errno`.
        case bindFailed
        /// A peer connected; the handshake follows. Value: its file descriptor.
        case accepted
        /// Value: the `errno`.
        case acceptFailed
        /// The connection was closed from this side. Value: its file descriptor.
        case closed
        /// Value: the `errno`.
        case closeFailed
        /// The connection was lost. Value: its file descriptor.
        case disconnected
        /// The last event: the socket is closed.
        case monitorStopped
        /// Messages can travel.
        case handshakeSucceeded
        /// The peer broke off. Value: the `errno`.
        case handshakeFailed
        /// The peer does not speak the same protocol or security mechanism. Value: libzmq's number of the reason.
        case handshakeFailedByProtocol
        /// The authenticator refused the peer. Value: its status, such as 400.
        case handshakeFailedByAuthentication

        init?(number: UInt16) {
            guard let kind = Self.numbers.first(where: { $0.number == Int32(number) })?.kind else { return nil }
            self = kind
        }

        private static let numbers: [(number: Int32, kind: Kind)] = [
            (ZMQ_EVENT_CONNECTED, .connected), (ZMQ_EVENT_CONNECT_DELAYED, .connectDelayed),
            (ZMQ_EVENT_CONNECT_RETRIED, .connectRetried), (ZMQ_EVENT_LISTENING, .listening),
            (ZMQ_EVENT_BIND_FAILED, .bindFailed), (ZMQ_EVENT_ACCEPTED, .accepted),
            (ZMQ_EVENT_ACCEPT_FAILED, .acceptFailed), (ZMQ_EVENT_CLOSED, .closed),
            (ZMQ_EVENT_CLOSE_FAILED, .closeFailed), (ZMQ_EVENT_DISCONNECTED, .disconnected),
            (ZMQ_EVENT_MONITOR_STOPPED, .monitorStopped), (ZMQ_EVENT_HANDSHAKE_SUCCEEDED, .handshakeSucceeded),
            (ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL, .handshakeFailed),
            (ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL, .handshakeFailedByProtocol),
            (ZMQ_EVENT_HANDSHAKE_FAILED_AUTH, .handshakeFailedByAuthentication),
        ]
    }

    /// Reads the two frames that libzmq sends: a number and a value in the machine's byte order, and the endpoint.
    init?(frames: [[UInt8]]) {
        guard frames.count == 2, frames[0].count == 6 else { return nil }
        let (number, value) = frames[0].withUnsafeBytes {
            ($0.loadUnaligned(as: UInt16.self), $0.loadUnaligned(fromByteOffset: 2, as: UInt32.self))
        }
        guard let kind = Kind(number: number) else { return nil }
        self.kind = kind
        self.value = value
        self.endpoint = String(decoding: frames[1], as: UTF8.self)
    }

    public var description: String {
        "\(kind.rawValue) \(endpoint) (\(value))"
    }
}
