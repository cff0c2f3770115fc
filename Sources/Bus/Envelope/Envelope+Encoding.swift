public import ZeroMQ

extension Envelope {
    /// The frame, in a message that is ready to be sent.
    ///
    /// - Throws: ``EnvelopeError`` when something is longer than its length field can tell, or a name is not one.
    public func encode() throws(EnvelopeError) -> Message {
        let annotations = try encodedAnnotations()
        let count = try frameLength(annotations: annotations.count)
        var message = Message(size: count)
        guard message.count == count else { throw .outOfMemory(count) }
        message.withUnsafeMutableBytes { write(to: $0, annotations: annotations) }
        return message
    }

    /// The frame as an array.
    ///
    /// - Throws: as ``encode()``.
    public func encodedBytes() throws(EnvelopeError) -> [UInt8] {
        let annotations = try encodedAnnotations()
        let count = try frameLength(annotations: annotations.count)
        return [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            write(to: UnsafeMutableRawBufferPointer(buffer), annotations: annotations)
            initialized = count
        }
    }

    private func encodedAnnotations() throws(EnvelopeError) -> [UInt8] {
        annotations.isEmpty ? [] : try annotations.encoded()
    }

    private func frameLength(annotations: Int) throws(EnvelopeError) -> Int {
        let service = service.utf8.count
        let operation = operation.utf8.count
        guard service <= 255, operation <= 255 else { throw .nameTooLong }
        guard annotations <= 65_535 else { throw .annotationsTooLong(annotations) }
        guard body.count <= UInt32.max else { throw .bodyTooLong(body.count) }
        return EnvelopeLayout.headerLength + service + operation + annotations + body.count
    }

    /// Writes the frame into exactly as many bytes as it has.
    private func write(to bytes: UnsafeMutableRawBufferPointer, annotations: [UInt8]) {
        writeHeader(to: bytes, annotations: annotations.count)
        var writer = EnvelopeWriter(bytes, at: EnvelopeLayout.headerLength)
        writer.append(service)
        writer.append(operation)
        writer.append(annotations)
        writer.append(body)
    }

    private func writeHeader(to bytes: UnsafeMutableRawBufferPointer, annotations: Int) {
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
        bytes[Offset.serviceLength] = UInt8(truncatingIfNeeded: service.utf8.count)
        bytes[Offset.operationLength] = UInt8(truncatingIfNeeded: operation.utf8.count)
        bytes[Offset.traceFlags] = trace?.flags ?? 0
        bytes.storeBigEndian(trace?.traceID.high ?? 0, at: Offset.traceID)
        bytes.storeBigEndian(trace?.traceID.low ?? 0, at: Offset.traceID + 8)
        bytes.storeBigEndian(trace?.spanID ?? 0, at: Offset.spanID)
        bytes.storeBigEndian(credits, at: Offset.credits)
        bytes.storeBigEndian(UInt16(truncatingIfNeeded: annotations), at: Offset.annotationsLength)
        bytes.storeBigEndian(UInt32(truncatingIfNeeded: body.count), at: Offset.bodyLength)
    }
}

/// Appends the parts of a frame one after the other into memory that was measured for them.
private struct EnvelopeWriter {
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
