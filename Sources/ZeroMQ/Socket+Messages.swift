import CZMQ
import Glibc

extension Socket {
    /// Sends one frame if the socket takes it now.
    ///
    /// A multipart message is sent frame by frame, all but the last with `more`; the peer gets all of it or nothing.
    ///
    /// - Returns: true, and the message is then empty; false when no peer can take it (none is there, or the high
    ///   water mark is reached), and the message is as it was.
    /// - Throws: ``ZMQError/Code/terminated``; ``ZMQError/Code/hostUnreachable`` from a mandatory ROUTER;
    ///   ``ZMQError/Code/wrongState`` from a REQ or REP out of turn. The message is then as it was.
    public func send(_ message: inout Message, more: Bool = false) throws(ZMQError) -> Bool {
        let flags = more ? ZMQ_DONTWAIT | ZMQ_SNDMORE : ZMQ_DONTWAIT
        return try attempt("send") { message.storage.withMessage { zmq_msg_send($0, handle, flags) } }
    }

    /// Sends a copy of some bytes as one frame if the socket takes it now.
    ///
    /// - Returns: whether it was taken, as for ``send(_:more:)``.
    public func send(copying bytes: UnsafeRawBufferPointer, more: Bool = false) throws(ZMQError) -> Bool {
        let flags = more ? ZMQ_DONTWAIT | ZMQ_SNDMORE : ZMQ_DONTWAIT
        return try attempt("send") { zmq_send(handle, bytes.baseAddress, bytes.count, flags) }
    }

    /// Receives one frame if there is one, into `message`, whose former bytes are gone.
    ///
    /// ``Message/hasMore`` says whether more frames of a multipart message follow; they are there already.
    ///
    /// - Returns: whether there was one. If not, the message is empty.
    /// - Throws: ``ZMQError/Code/terminated``; ``ZMQError/Code/wrongState`` from a REQ or REP out of turn.
    public func receive(into message: inout Message) throws(ZMQError) -> Bool {
        try attempt("receive") { message.storage.withMessage { zmq_msg_recv($0, handle, ZMQ_DONTWAIT) } }
    }

    /// What can be done now without being refused.
    ///
    /// Asking also lets libzmq do its work, so the answer is true of this moment, and ``fileDescriptor`` will tell
    /// of everything that happens after it.
    public func pendingEvents() throws(ZMQError) -> PendingEvents {
        var events: Int32 = 0
        var size = MemoryLayout<Int32>.size
        while zmq_getsockopt(handle, ZMQ_EVENTS, &events, &size) != 0 {
            guard zmq_errno() == EINTR else { throw ZMQError.last("ask for events") }
        }
        return PendingEvents(rawValue: events)
    }

    /// Runs one non-blocking call: true when it worked, false for EAGAIN, again after a signal.
    @inline(__always)
    private func attempt(_ operation: String, _ call: () -> Int32) throws(ZMQError) -> Bool {
        while call() < 0 {
            let code = zmq_errno()
            if code == EAGAIN { return false }
            if code != EINTR { throw ZMQError(code: ZMQError.Code(rawValue: code), operation: operation) }
        }
        return true
    }
}

/// What a socket can do without being refused: see ``Socket/pendingEvents()``.
public struct PendingEvents: OptionSet, Sendable, Hashable {
    public let rawValue: Int32

    public init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    /// A whole message is there.
    public static let readable = Self(rawValue: ZMQ_POLLIN)
    /// At least one peer can take a message.
    public static let writable = Self(rawValue: ZMQ_POLLOUT)
}
