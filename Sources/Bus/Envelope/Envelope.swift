/// One message of the bus: everything there is to say, in one frame.
///
/// ``encode()`` and ``init(decoding:)-(Message)`` are the only places that make or read whole frames; who only
/// looks at a header, or passes a frame on, uses ``EnvelopeView`` and ``EnvelopePatch`` and copies nothing.
/// `docs/protocol.md` specifies the bytes.
public struct Envelope: Sendable, Hashable {
    /// What kind of message this is.
    public var kind: Kind
    /// What the broker must know about it besides.
    public var flags: Flags
    /// The outcome a reply tells; ``Status/none`` where there is none.
    public var status: Status
    /// Names the request on one connection; chosen by the sender of the request and replaced by the broker.
    public var correlation: UInt64
    /// Names the request from end to end, the same for every attempt.
    public var requestID: RequestID
    /// How many milliseconds the sender still waits; 0 means for ever.
    public var timeLeft: UInt32
    /// 0 (can wait) … 9 (urgent).
    public var priority: UInt8
    /// How many requests a worker takes at once, in `ready` and `credit`; how many parts of a reply a client takes, in
    /// `request`, or takes besides, in a `credit` with a correlation.
    public var credits: UInt16
    /// The trace this message belongs to.
    public var trace: TraceContext?
    /// A name on the bus, at most 255 bytes of UTF-8 without control characters.
    public var service: String
    /// What is to be done, at most 255 bytes of UTF-8 without control characters.
    public var operation: String
    /// What travels beside the body, at most 65,535 bytes when encoded.
    public var annotations: Annotations
    /// Opaque bytes.
    public var body: [UInt8]

    /// The priority of what says nothing else.
    public static let defaultPriority: UInt8 = 4

    public init(
        _ kind: Kind,
        flags: Flags = [],
        status: Status = .none,
        service: String = "",
        operation: String = "",
        correlation: UInt64 = 0,
        requestID: RequestID = .zero,
        timeLeft: UInt32 = 0,
        priority: UInt8 = Envelope.defaultPriority,
        credits: UInt16 = 0,
        trace: TraceContext? = nil,
        annotations: Annotations = [:],
        body: [UInt8] = []
    ) {
        self.kind = kind
        self.flags = flags
        self.status = status
        self.correlation = correlation
        self.requestID = requestID
        self.timeLeft = timeLeft
        self.priority = priority
        self.credits = credits
        self.trace = trace
        self.service = service
        self.operation = operation
        self.annotations = annotations
        self.body = body
    }
}

extension Envelope {
    /// The kinds of message, with their numbers on the wire.
    public enum Kind: UInt8, Sendable, Hashable, CaseIterable {
        /// A client asks a service for something; the broker gives it to one worker.
        case request = 1
        /// The answer to a request, and its end.
        case reply = 2
        /// A part of an answer that goes on.
        case partial = 3
        /// A worker announces itself; the broker confirms.
        case ready = 4
        /// A worker changes how many requests it takes at once; or a client takes more parts of a reply.
        case credit = 5
        /// A sign of life.
        case heartbeat = 6
        /// A client no longer wants an answer.
        case cancel = 7
        /// A peer goes.
        case goodbye = 8
    }

    /// What the broker must know about a message besides its kind.
    public struct Flags: OptionSet, Sendable, Hashable {
        public let rawValue: UInt8

        public init(rawValue: UInt8) {
            self.rawValue = rawValue
        }

        /// The request may be given to another worker when the one that had it died.
        public static let repeatable = Flags(rawValue: 1)
        /// The reply was made by the broker, in the place of the service.
        public static let fromBroker = Flags(rawValue: 2)
        /// The request may have reached a worker before.
        public static let repeated = Flags(rawValue: 4)
    }
}
