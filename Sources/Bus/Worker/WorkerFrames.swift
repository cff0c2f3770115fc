import ZeroMQ

extension BusRequest {
    /// Reads a request's frame.
    ///
    /// - Throws: ``EnvelopeError`` when the annotations are not right; the rest was checked.
    init(_ view: EnvelopeView, names: inout RequestNames, at now: Moment) throws(EnvelopeError) {
        self.init(
            service: names.service.text(of: view.service),
            operation: names.operation.text(of: view.operation),
            body: Array(view.body),
            annotations: try Annotations(decoding: view.annotations),
            requestID: view.requestID,
            limit: now.after(milliseconds: view.timeLeft),
            priority: view.priority,
            isRepeated: view.flags.contains(.repeated),
            trace: view.trace
        )
    }
}

/// The names of the last request, as those of the next are mostly the same.
struct RequestNames {
    var service = LastText()
    var operation = LastText()
}

/// The text that was read last: the same bytes again are compared, and not made into a string anew.
struct LastText {
    private var text = ""

    /// The text of bytes that are UTF-8.
    mutating func text(of bytes: UnsafeRawBufferPointer) -> String {
        let isSame = text.withUTF8 { text in
            text.count == bytes.count && zip(text, bytes).allSatisfy { $0 == $1 }
        }
        if !isSame { text = String(decoding: bytes, as: UTF8.self) }
        return text
    }
}

extension BusReply {
    /// The reply as it goes out.
    ///
    /// - Throws: ``EnvelopeError`` when the annotations or the body are longer than a frame can tell.
    func frame(correlation: UInt64) throws(EnvelopeError) -> Message {
        let header = EnvelopeHeader(kind: .reply, status: status, correlation: correlation)
        return try header.frame(annotations: annotations, body: body)
    }
}
