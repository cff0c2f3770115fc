/// Why there is no reply: a code to act on, a sentence that names the thing, and a cause where there is one.
///
/// A service's own 4xx or 5xx is a reply and no error.
public struct BusError: Error, Sendable {
    /// What to do about it.
    public let code: Code
    /// What happened, where, and what to do.
    public let message: String
    /// What led to it, from a lower layer.
    public let cause: (any Error)?
    /// When to try again, where the broker said so.
    public let retryAfter: Duration?

    public init(_ code: Code, _ message: String, cause: (any Error)? = nil, retryAfter: Duration? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
        self.retryAfter = retryAfter
    }
}

extension BusError: CustomStringConvertible {
    public var description: String {
        cause.map { "\(code): \(message) (\($0))" } ?? "\(code): \(message)"
    }
}

extension BusError {
    /// A stable name for a class of errors; a module may add its own.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// As it may travel and be logged.
        public let description: String
        /// Whether the request may have run all the same: if so, send it again only when it may run twice.
        public let mayHaveRun: Bool

        public init(description: String, mayHaveRun: Bool = false) {
            self.description = description
            self.mayHaveRun = mayHaveRun
        }
    }
}

extension BusError.Code {
    /// Nobody offers the service now. It did not run.
    public static let noWorker = Self(description: "no_worker")
    /// No reply came in time. It may have run.
    public static let timedOut = Self(description: "timed_out", mayHaveRun: true)
    /// The worker that had the request died, and it may not be given to another. It may have run.
    public static let workerLost = Self(description: "worker_lost", mayHaveRun: true)
    /// Too much is waiting, here or at the broker. It did not run: try again after a while.
    public static let overloaded = Self(description: "overloaded")
    /// The caller gave up. It may have run.
    public static let cancelled = Self(description: "cancelled", mayHaveRun: true)
    /// The client, worker or broker has ended. It may have run.
    public static let closed = Self(description: "closed", mayHaveRun: true)
    /// There is no connection to a broker. It did not run.
    public static let unreachable = Self(description: "unreachable")
    /// The body is larger than the broker passes on. It did not run.
    public static let tooLarge = Self(description: "too_large")
    /// The broker does not let this client ask for that. It did not run.
    public static let forbidden = Self(description: "forbidden")
    /// The other side does not keep to the protocol, or this side did not. It did not run.
    public static let protocolViolation = Self(description: "protocol_violation")
}
