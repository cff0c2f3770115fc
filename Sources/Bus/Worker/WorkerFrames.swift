import ZeroMQ

extension BusRequest {
    /// Reads a request's frame.
    ///
    /// - Throws: ``EnvelopeError`` when the annotations are not right; the rest was checked.
    init(_ view: EnvelopeView, at now: Moment) throws(EnvelopeError) {
        self.init(
            service: String(decoding: view.service, as: UTF8.self),
            operation: String(decoding: view.operation, as: UTF8.self),
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

extension BusReply {
    /// The reply as it goes out.
    ///
    /// - Throws: ``EnvelopeError`` when the annotations or the body are longer than a frame can tell.
    func frame(correlation: UInt64) throws(EnvelopeError) -> Message {
        let envelope = Envelope(
            .reply,
            status: status,
            correlation: correlation,
            annotations: annotations,
            body: body
        )
        return try envelope.encode()
    }
}
