import ZeroMQ

extension RequestParameters {
    /// The request as it goes out, with the time that is left now.
    ///
    /// - Throws: ``EnvelopeError`` when a name or the annotations are longer than a frame can tell, or are not right.
    func frame(
        correlation: UInt64,
        isRepeated: Bool,
        at now: Moment
    ) throws(EnvelopeError) -> Message {
        var flags: Envelope.Flags = isRepeatable ? .repeatable : []
        if isRepeated { flags.insert(.repeated) }
        let envelope = Envelope(
            .request,
            flags: flags,
            service: service,
            operation: operation,
            correlation: correlation,
            requestID: requestID,
            timeLeft: timeLeft(at: now),
            priority: priority,
            credits: window,
            trace: trace,
            annotations: annotations,
            body: body
        )
        return try envelope.encode()
    }

    /// Milliseconds, rounded up; never 0, which would mean for ever.
    private func timeLeft(at now: Moment) -> UInt32 {
        let left = deadline.nanoseconds.subtractingReportingOverflow(now.nanoseconds).partialValue
        return UInt32(clamping: max((left - 1) / 1_000_000 + 1, 1))
    }
}
