import ZeroMQ

/// Writes who asks into a request, in the place of what the peer has written there itself.
///
/// The annotations `peer` and `roles` are the broker's: services may believe them. Everything else stays as it is.
enum PeerStamp {
    private static let lineFeed = UInt8(ascii: "\n")
    private static let colon = UInt8(ascii: ":")

    /// The annotations of somebody, as they stand in a frame.
    static func lines(name: String, roles: [String]) -> [UInt8] {
        var annotations = Annotations()
        if !name.isEmpty { annotations[Annotations.peer] = name }
        if !roles.isEmpty { annotations[Annotations.roles] = roles.joined(separator: ",") }
        // The names are lowercase tokens, which is all that encoding asks for.
        return (try? annotations.encoded()) ?? []
    }

    /// Makes `frame`, a request, one with `stamp` in it. If that fails, it is as it was.
    ///
    /// - Throws: ``EnvelopeError`` for what is no request, for annotations that a receiver could read in another way than
    ///   the broker, and when they do not fit into a frame with the stamp.
    static func stamp(_ frame: inout Message, with stamp: [UInt8]) throws(EnvelopeError) {
        var stamped = Message()
        try frame.withUnsafeBytes { (bytes) throws(EnvelopeError) in
            let request = try EnvelopeView(bytes)
            let annotations = try replaced(in: request.annotations, by: stamp)
            guard annotations.count <= UInt16.max else { throw .annotationsTooLong(annotations.count) }
            stamped = try copy(of: request, annotations: annotations)
        }
        swap(&frame, &stamped)
    }

    private static func copy(of request: EnvelopeView, annotations: [UInt8]) throws(EnvelopeError) -> Message {
        let names = EnvelopeLayout.headerLength + request.service.count + request.operation.count
        let count = names + annotations.count + request.body.count
        var frame = Message(size: count)
        guard frame.count == count else { throw .outOfMemory(count) }
        frame.withUnsafeMutableBytes { bytes in
            bytes.copyMemory(from: UnsafeRawBufferPointer(rebasing: request.bytes[..<names]))
            bytes.storeBigEndian(UInt16(annotations.count), at: EnvelopeLayout.Offset.annotationsLength)
            annotations.withUnsafeBytes {
                UnsafeMutableRawBufferPointer(rebasing: bytes[names...]).copyMemory(from: $0)
            }
            UnsafeMutableRawBufferPointer(rebasing: bytes[(names + annotations.count)...])
                .copyMemory(from: request.body)
        }
        return frame
    }

    /// Annotations with `stamp` instead of what they say of peer and roles.
    static func replaced(in annotations: UnsafeRawBufferPointer, by stamp: [UInt8]) throws(EnvelopeError) -> [UInt8] {
        var kept = stamp
        guard !annotations.isEmpty else { return kept }
        kept.reserveCapacity(stamp.count + annotations.count + 1)
        for (index, line) in annotations.split(separator: lineFeed, omittingEmptySubsequences: false).enumerated() {
            guard let end = line.firstIndex(of: colon), Annotations.isName(line[..<end]) else {
                throw .badAnnotation("line \(index + 1) does not begin with a lowercase token and a colon")
            }
            if isOurs(line[..<end]) { continue }
            if !kept.isEmpty { kept.append(lineFeed) }
            kept.append(contentsOf: line)
        }
        return kept
    }

    private static func isOurs(_ name: Slice<UnsafeRawBufferPointer>) -> Bool {
        name.elementsEqual(Annotations.peer.utf8) || name.elementsEqual(Annotations.roles.utf8)
    }
}
