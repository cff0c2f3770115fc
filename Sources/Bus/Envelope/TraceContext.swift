/// Which trace a message belongs to, as W3C Trace Context has it; carried through the bus and out again untouched.
public struct TraceContext: Sendable, Hashable {
    /// Names the whole trace; never zero.
    public let traceID: TraceID
    /// Names the span that sent the message; never zero.
    public let spanID: UInt64
    /// Bit 0: the trace is recorded.
    public let flags: UInt8

    /// Sixteen bytes.
    public struct TraceID: Sendable, Hashable {
        public let high: UInt64
        public let low: UInt64

        public init(high: UInt64, low: UInt64) {
            self.high = high
            self.low = low
        }
    }

    /// Nil when the trace id or the span id is zero, which stands for "none".
    public init?(traceID: TraceID, spanID: UInt64, flags: UInt8) {
        guard traceID.high | traceID.low != 0, spanID != 0 else { return nil }
        self.traceID = traceID
        self.spanID = spanID
        self.flags = flags
    }

    /// Begins a trace that is recorded.
    public init() {
        traceID = TraceID(high: Self.randomID(), low: Self.randomID())
        spanID = Self.randomID()
        flags = 1
    }

    private init(traceID: TraceID, flags: UInt8) {
        self.traceID = traceID
        self.flags = flags
        spanID = Self.randomID()
    }

    /// Reads a `traceparent` header: `00-<32 digits>-<16 digits>-<2 digits>`, or one of a later version that begins so.
    public init?(traceparent: String) {
        let parts = traceparent.utf8.split(separator: 0x2D, omittingEmptySubsequences: false)
        guard parts.count >= 4, parts[0].count == 2, parts[1].count == 32, parts[2].count == 16, parts[3].count == 2,
            parts.prefix(4).allSatisfy({ $0.allSatisfy(Self.isLowercaseDigit) }),
            let version = Hex.number(parts[0]), version != 0xFF, version != 0 || parts.count == 4,
            let high = Hex.number(parts[1].prefix(16)), let low = Hex.number(parts[1].dropFirst(16)),
            let span = Hex.number(parts[2]), let flags = Hex.number(parts[3])
        else { return nil }
        self.init(traceID: TraceID(high: high, low: low), spanID: span, flags: UInt8(truncatingIfNeeded: flags))
    }

    /// The `traceparent` header's value.
    public var traceparent: String {
        "00-\(Hex.text(traceID.high))\(Hex.text(traceID.low))-\(Hex.text(spanID))-\(Hex.text(UInt64(flags)).suffix(2))"
    }

    /// The same trace with a span of its own.
    public func child() -> TraceContext {
        TraceContext(traceID: traceID, flags: flags)
    }

    private static func randomID() -> UInt64 { UInt64.random(in: 1...UInt64.max) }

    private static func isLowercaseDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
    }
}

extension TraceContext: CustomStringConvertible {
    public var description: String { traceparent }
}
