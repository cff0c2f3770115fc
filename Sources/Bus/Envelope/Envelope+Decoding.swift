public import ZeroMQ

extension Envelope {
    /// Reads one frame.
    ///
    /// - Throws: ``EnvelopeError`` for anything that is not exactly one well-formed frame.
    public init(decoding message: borrowing Message) throws(EnvelopeError) {
        self = try message.withUnsafeBytes { (bytes) throws(EnvelopeError) in try Envelope(decoding: bytes) }
    }

    /// Reads one frame.
    ///
    /// - Throws: ``EnvelopeError`` for anything that is not exactly one well-formed frame.
    public init(decoding bytes: [UInt8]) throws(EnvelopeError) {
        self = try bytes.withUnsafeBytes { bytes in
            Result { () throws(EnvelopeError) in try Envelope(decoding: bytes) }
        }.get()
    }

    /// Reads one frame.
    ///
    /// - Throws: ``EnvelopeError`` for anything that is not exactly one well-formed frame.
    public init(decoding bytes: UnsafeRawBufferPointer) throws(EnvelopeError) {
        let view = try EnvelopeView(bytes)
        self.init(
            view.kind,
            flags: view.flags,
            status: view.status,
            service: String(decoding: view.service, as: UTF8.self),
            operation: String(decoding: view.operation, as: UTF8.self),
            correlation: view.correlation,
            requestID: view.requestID,
            timeLeft: view.timeLeft,
            priority: view.priority,
            credits: view.credits,
            trace: view.trace,
            annotations: try Annotations(decoding: view.annotations),
            body: Array(view.body)
        )
    }
}
