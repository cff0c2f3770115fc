import CZMQ

/// A ZeroMQ socket: whole messages in and out, one owner.
///
/// The compiler keeps the rule that libzmq only documents, namely that a socket belongs to one thread: it cannot be
/// copied and is not `Sendable`. Make it where it is used, most easily in ``onSocketThread(named:_:)``. It is closed
/// when its owner lets go of it; what it had accepted for sending is delivered for as long as
/// ``SocketOption/linger`` says, which is not at all by default.
///
/// ```swift
/// let context = Context()
/// let socket = try Socket(.router, in: context)
/// let endpoint = try socket.bind(.tcp(anyPortOf: "127.0.0.1"))
/// ```
///
/// ``send(_:more:)`` and ``receive(into:)`` never wait. To wait, use ``receive(within:)`` and its siblings in small
/// programs, and a ``Poller`` in a loop.
public struct Socket: ~Copyable {
    let handle: UnsafeMutableRawPointer
    /// What it is for.
    public let kind: Kind
    /// Becomes readable when ``pendingEvents()`` may have changed: see ``Poller`` for what that means.
    public let fileDescriptor: Int32
    let context: Context

    /// Opens a socket that is neither bound nor connected.
    ///
    /// - Throws: ``ZMQError/Code/terminated`` when the context was shut down, ``ZMQError/Code/tooManyOpenFiles``
    ///   when it has its maximum of sockets.
    public init(_ kind: Kind, in context: Context) throws(ZMQError) {
        let handle = try context.openSocket(kind)
        var descriptor: Int32 = -1
        var size = MemoryLayout<Int32>.size
        guard zmq_getsockopt(handle, ZMQ_FD, &descriptor, &size) == 0 else {
            let error = ZMQError.last("create a \(kind.rawValue) socket")
            zmq_close(handle)
            context.socketWasClosed()
            throw error
        }
        self.handle = handle
        self.kind = kind
        self.fileDescriptor = descriptor
        self.context = context
    }

    deinit {
        zmq_close(handle)
        context.socketWasClosed()
    }
}

extension Socket {
    /// The patterns of ZeroMQ.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// One peer, both ways; mostly between threads.
        case pair
        /// Sends to all subscribers; drops what a slow one cannot take.
        case pub
        /// Receives what it subscribed to.
        case sub
        /// Sends a request, then receives its reply, in turn.
        case req
        /// Receives a request, then sends its reply, in turn.
        case rep
        /// Sends round-robin, receives fairly; as many in flight as you like.
        case dealer
        /// Receives with the sender's routing id in front, sends to the peer whose routing id is in front.
        case router
        /// Receives work fairly from all peers.
        case pull
        /// Sends work round-robin.
        case push
        /// A PUB that also receives the subscriptions.
        case xpub
        /// A SUB that sends its subscriptions as messages.
        case xsub

        /// libzmq's number for it.
        var number: Int32 {
            switch self {
            case .pair: ZMQ_PAIR
            case .pub: ZMQ_PUB
            case .sub: ZMQ_SUB
            case .req: ZMQ_REQ
            case .rep: ZMQ_REP
            case .dealer: ZMQ_DEALER
            case .router: ZMQ_ROUTER
            case .pull: ZMQ_PULL
            case .push: ZMQ_PUSH
            case .xpub: ZMQ_XPUB
            case .xsub: ZMQ_XSUB
            }
        }
    }
}
