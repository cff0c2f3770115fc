public import ZeroMQ

extension Envelope {
    /// The frame, in a message that is ready to be sent.
    ///
    /// - Throws: ``EnvelopeError`` when something is longer than its length field can tell, or a name is not one.
    public func encode() throws(EnvelopeError) -> Message {
        try header.frame(service: service, operation: operation, annotations: annotations, body: body)
    }

    /// The frame as an array.
    ///
    /// - Throws: as ``encode()``.
    public func encodedBytes() throws(EnvelopeError) -> [UInt8] {
        try header.bytes(service: service, operation: operation, annotations: annotations, body: body)
    }

    private var header: EnvelopeHeader {
        EnvelopeHeader(
            kind: kind,
            flags: flags,
            status: status,
            correlation: correlation,
            requestID: requestID,
            timeLeft: timeLeft,
            priority: priority,
            credits: credits,
            trace: trace
        )
    }
}

/// The fields of a frame that have a place of their own in it: all but the names, the annotations and the body.
///
/// Who makes many frames of what lies elsewhere writes them from this, and copies no text into an envelope first.
struct EnvelopeHeader {
    var kind: Envelope.Kind
    var flags: Envelope.Flags = []
    var status: Status = .none
    var correlation: UInt64 = 0
    var requestID: RequestID = .zero
    var timeLeft: UInt32 = 0
    var priority: UInt8 = Envelope.defaultPriority
    var credits: UInt16 = 0
    var trace: TraceContext?

    /// The frame that begins with this header, in a message that is ready to be sent.
    ///
    /// - Throws: as ``Envelope/encode()``.
    func frame(
        service: String = "",
        operation: String = "",
        annotations: Annotations,
        body: [UInt8]
    ) throws(EnvelopeError) -> Message {
        let rest = try FrameRest(service: service, operation: operation, annotations: annotations, body: body)
        var message = Message(size: rest.frameLength)
        guard message.count == rest.frameLength else { throw .outOfMemory(rest.frameLength) }
        message.withUnsafeMutableBytes { write(to: $0, before: rest) }
        return message
    }

    /// The same as an array.
    ///
    /// - Throws: as ``Envelope/encode()``.
    func bytes(
        service: String,
        operation: String,
        annotations: Annotations,
        body: [UInt8]
    ) throws(EnvelopeError) -> [UInt8] {
        let rest = try FrameRest(service: service, operation: operation, annotations: annotations, body: body)
        return [UInt8](unsafeUninitializedCapacity: rest.frameLength) { buffer, initialized in
            write(to: UnsafeMutableRawBufferPointer(buffer), before: rest)
            initialized = rest.frameLength
        }
    }

    /// Writes the frame into exactly as many bytes as it has.
    @inline(__always)
    private func write(to bytes: UnsafeMutableRawBufferPointer, before rest: FrameRest) {
        write(to: bytes, lengthsOf: rest)
        var writer = FrameWriter(bytes, at: EnvelopeLayout.headerLength)
        writer.append(rest.service)
        writer.append(rest.operation)
        writer.append(rest.annotations)
        writer.append(rest.body)
    }

    private func write(to bytes: UnsafeMutableRawBufferPointer, lengthsOf rest: FrameRest) {
        typealias Offset = EnvelopeLayout.Offset
        bytes.storeBigEndian(EnvelopeLayout.protocolWord, at: Offset.protocolWord)
        bytes[Offset.kind] = kind.rawValue
        bytes[Offset.flags] = flags.rawValue
        bytes.storeBigEndian(status.rawValue, at: Offset.status)
        bytes.storeBigEndian(correlation, at: Offset.correlation)
        bytes.storeBigEndian(requestID.high, at: Offset.requestID)
        bytes.storeBigEndian(requestID.low, at: Offset.requestID + 8)
        bytes.storeBigEndian(timeLeft, at: Offset.timeLeft)
        bytes[Offset.priority] = priority
        bytes[Offset.serviceLength] = UInt8(truncatingIfNeeded: rest.service.utf8.count)
        bytes[Offset.operationLength] = UInt8(truncatingIfNeeded: rest.operation.utf8.count)
        bytes[Offset.traceFlags] = trace?.flags ?? 0
        bytes.storeBigEndian(trace?.traceID.high ?? 0, at: Offset.traceID)
        bytes.storeBigEndian(trace?.traceID.low ?? 0, at: Offset.traceID + 8)
        bytes.storeBigEndian(trace?.spanID ?? 0, at: Offset.spanID)
        bytes.storeBigEndian(credits, at: Offset.credits)
        bytes.storeBigEndian(UInt16(truncatingIfNeeded: rest.annotations.count), at: Offset.annotationsLength)
        bytes.storeBigEndian(UInt32(truncatingIfNeeded: rest.body.count), at: Offset.bodyLength)
    }
}

/// What follows the header, once it is known that a frame can tell how long each part is.
private struct FrameRest {
    let service: String
    let operation: String
    let annotations: [UInt8]
    let body: [UInt8]
    let frameLength: Int

    init(
        service: String,
        operation: String,
        annotations: Annotations,
        body: [UInt8]
    ) throws(EnvelopeError) {
        let annotations = annotations.isEmpty ? [] : try annotations.encoded()
        let names = service.utf8.count + operation.utf8.count
        guard service.utf8.count <= 255, operation.utf8.count <= 255 else { throw .nameTooLong }
        guard annotations.count <= 65_535 else { throw .annotationsTooLong(annotations.count) }
        guard body.count <= UInt32.max else { throw .bodyTooLong(body.count) }
        self.service = service
        self.operation = operation
        self.annotations = annotations
        self.body = body
        frameLength = EnvelopeLayout.headerLength + names + annotations.count + body.count
    }
}

/// Appends the parts of a frame one after the other into memory that was measured for them.
private struct FrameWriter {
    private let bytes: UnsafeMutableRawBufferPointer
    private var offset: Int

    init(_ bytes: UnsafeMutableRawBufferPointer, at offset: Int) {
        self.bytes = bytes
        self.offset = offset
    }

    mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
    }

    mutating func append(_ part: [UInt8]) {
        part.withUnsafeBytes { append($0) }
    }

    private mutating func append(_ part: UnsafeRawBufferPointer) {
        guard part.count > 0 else { return }
        UnsafeMutableRawBufferPointer(rebasing: bytes[offset..<offset + part.count]).copyMemory(from: part)
        offset += part.count
    }
}
