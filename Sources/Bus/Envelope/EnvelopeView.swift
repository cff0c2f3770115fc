/// A frame where it lies: reads single fields and copies nothing.
///
/// Making one checks the whole frame except its annotations and body, which only the two ends read. It is valid only
/// as long as the memory it was made from, so use it within `Message.withUnsafeBytes`.
public struct EnvelopeView {
    typealias Offset = EnvelopeLayout.Offset

    /// The frame.
    let bytes: UnsafeRawBufferPointer
    /// What kind of message this is.
    public let kind: Envelope.Kind

    /// Looks at a frame.
    ///
    /// - Throws: ``EnvelopeError`` when it is not exactly one well-formed frame.
    public init(_ bytes: UnsafeRawBufferPointer) throws(EnvelopeError) {
        guard bytes.count >= EnvelopeLayout.headerLength else { throw .tooShort(bytes.count) }
        guard bytes.loadBigEndian(UInt32.self, at: Offset.protocolWord) == EnvelopeLayout.protocolWord else {
            throw .unknownProtocol
        }
        guard let kind = Envelope.Kind(rawValue: bytes[Offset.kind]) else { throw .unknownKind(bytes[Offset.kind]) }
        self.bytes = bytes
        self.kind = kind
        guard bytes.count == declaredLength else {
            throw .wrongLength(expected: declaredLength, actual: bytes.count)
        }
        try checkNames()
        guard priority <= 9 else { throw .priorityOutOfRange(priority) }
    }

    public var flags: Envelope.Flags { Envelope.Flags(rawValue: bytes[Offset.flags]) }
    public var status: Status { Status(rawValue: bytes.loadBigEndian(UInt16.self, at: Offset.status)) }
    public var correlation: UInt64 { bytes.loadBigEndian(UInt64.self, at: Offset.correlation) }
    /// Milliseconds; 0 means without end.
    public var timeLeft: UInt32 { bytes.loadBigEndian(UInt32.self, at: Offset.timeLeft) }
    public var priority: UInt8 { bytes[Offset.priority] }
    public var credits: UInt16 { bytes.loadBigEndian(UInt16.self, at: Offset.credits) }

    public var requestID: RequestID {
        RequestID(
            high: bytes.loadBigEndian(UInt64.self, at: Offset.requestID),
            low: bytes.loadBigEndian(UInt64.self, at: Offset.requestID + 8)
        )
    }

    /// Nil when the header has none, which is when the trace id or the span id is zero.
    public var trace: TraceContext? {
        TraceContext(
            traceID: TraceContext.TraceID(
                high: bytes.loadBigEndian(UInt64.self, at: Offset.traceID),
                low: bytes.loadBigEndian(UInt64.self, at: Offset.traceID + 8)
            ),
            spanID: bytes.loadBigEndian(UInt64.self, at: Offset.spanID),
            flags: bytes[Offset.traceFlags]
        )
    }

    /// UTF-8, checked.
    public var service: UnsafeRawBufferPointer { part(at: EnvelopeLayout.headerLength, count: serviceLength) }
    /// UTF-8, checked.
    public var operation: UnsafeRawBufferPointer {
        part(at: EnvelopeLayout.headerLength + serviceLength, count: operationLength)
    }
    /// As they came: ``Annotations/init(decoding:)`` checks them.
    public var annotations: UnsafeRawBufferPointer {
        part(at: EnvelopeLayout.headerLength + serviceLength + operationLength, count: annotationsLength)
    }
    public var body: UnsafeRawBufferPointer { part(at: bytes.count - bodyLength, count: bodyLength) }
}

extension EnvelopeView {
    /// Whether this is a request, if it is anything of this protocol.
    static func isRequest(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.count > Offset.kind && bytes[Offset.kind] == Envelope.Kind.request.rawValue
    }

    /// The correlation of a frame that need not be well formed: what an answer "malformed" can refer to.
    ///
    /// Nil when the bytes are not of this protocol or too few.
    public static func correlation(in bytes: UnsafeRawBufferPointer) -> UInt64? {
        guard bytes.count >= EnvelopeLayout.headerLength,
            bytes.loadBigEndian(UInt32.self, at: Offset.protocolWord) == EnvelopeLayout.protocolWord
        else { return nil }
        return bytes.loadBigEndian(UInt64.self, at: Offset.correlation)
    }

    private var serviceLength: Int { Int(bytes[Offset.serviceLength]) }
    private var operationLength: Int { Int(bytes[Offset.operationLength]) }
    private var annotationsLength: Int { Int(bytes.loadBigEndian(UInt16.self, at: Offset.annotationsLength)) }
    private var bodyLength: Int { Int(bytes.loadBigEndian(UInt32.self, at: Offset.bodyLength)) }

    private var declaredLength: Int {
        EnvelopeLayout.headerLength + serviceLength + operationLength + annotationsLength + bodyLength
    }

    @inline(__always)
    private func part(at offset: Int, count: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count])
    }

    private func checkNames() throws(EnvelopeError) {
        if serviceLength == 0, kind == .request || kind == .ready { throw .missingService }
        // Both at once: they lie side by side. A character that began in one and ended in the other is found below.
        let names = part(at: EnvelopeLayout.headerLength, count: serviceLength + operationLength)
        if NameCheck.isPrintableASCII(names) { return }
        guard NameCheck.isName(service), NameCheck.isName(operation) else { throw .badName }
    }
}
