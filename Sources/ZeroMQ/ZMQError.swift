import CZMQ
import Glibc

/// What libzmq refused, where, and why: a code to act on and a sentence to read.
///
/// Its description reads `cannot bind tcp://127.0.0.1:5555: Address already in use`.
public struct ZMQError: Error, Sendable, Hashable {
    /// The reason, as `errno` names it.
    public let code: Code
    /// What was tried, as a verb with its object: `bind`, `create a socket`, `set linger`.
    public let operation: String
    /// Where it was tried; nil for what has no endpoint.
    public let endpoint: Endpoint?

    /// An error of your own, for code that offers the same interface.
    public init(code: Code, operation: String, endpoint: Endpoint? = nil) {
        self.code = code
        self.operation = operation
        self.endpoint = endpoint
    }

    /// The error of the libzmq call that has just failed on this thread.
    static func last(_ operation: String, at endpoint: Endpoint? = nil) -> ZMQError {
        ZMQError(code: Code(rawValue: zmq_errno()), operation: operation, endpoint: endpoint)
    }
}

extension ZMQError: CustomStringConvertible {
    public var description: String {
        let place = endpoint.map { " \($0)" } ?? ""
        return "cannot \(operation)\(place): \(code)"
    }
}

extension ZMQError {
    /// An `errno` of the system or one of libzmq's own. Compare it with the ones named here.
    public struct Code: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
        /// The number as C has it.
        public let rawValue: Int32

        public init(rawValue: Int32) {
            self.rawValue = rawValue
        }

        /// The C library's text, such as `Address already in use`.
        public var description: String {
            guard let text = zmq_strerror(rawValue) else { return "error \(rawValue)" }
            return String(cString: text)
        }
    }
}

extension ZMQError.Code {
    /// The socket cannot take or give a message now.
    public static let again = Self(rawValue: EAGAIN)
    /// The context was shut down: close the socket.
    public static let terminated = Self(rawValue: ETERM)
    /// A signal arrived. The functions of this module try again by themselves.
    public static let interrupted = Self(rawValue: EINTR)
    /// A mandatory ROUTER knows no peer of this routing id.
    public static let hostUnreachable = Self(rawValue: EHOSTUNREACH)
    /// Somebody else is bound to this endpoint. Unbinding is asynchronous, so it may be yourself a moment ago.
    public static let addressInUse = Self(rawValue: EADDRINUSE)
    /// This machine has no such address or interface.
    public static let addressNotAvailable = Self(rawValue: EADDRNOTAVAIL)
    /// Nobody has bound this inproc name, or nobody listens there.
    public static let connectionRefused = Self(rawValue: ECONNREFUSED)
    /// The permissions of an ipc path or a privileged port are in the way.
    public static let permissionDenied = Self(rawValue: EACCES)
    /// An argument, option or endpoint that libzmq does not accept.
    public static let invalidArgument = Self(rawValue: EINVAL)
    /// The endpoint is not bound or connected.
    public static let noEntry = Self(rawValue: ENOENT)
    /// The context has as many sockets as it was made for, or the process as many files as it may open.
    public static let tooManyOpenFiles = Self(rawValue: EMFILE)
    /// A REQ or REP was used out of turn.
    public static let wrongState = Self(rawValue: EFSM)
    /// This kind of socket, or this build of libzmq, cannot do that.
    public static let notSupported = Self(rawValue: ENOTSUP)
}
