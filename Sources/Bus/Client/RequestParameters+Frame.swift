import ZeroMQ

extension RequestParameters {
    /// The request as it goes out, with the time that is left now.
    ///
    /// - Throws: ``EnvelopeError`` when a name or the annotations are longer than a frame can tell, or are not right.
    func frame(
        correlation: UInt64,
        requestID: RequestID,
        isRepeated: Bool,
        at now: Moment
    ) throws(EnvelopeError) -> Message {
        var flags: Envelope.Flags = isRepeatable ? .repeatable : []
        if isRepeated { flags.insert(.repeated) }
        let header = EnvelopeHeader(
            kind: .request,
            flags: flags,
            correlation: correlation,
            requestID: requestID,
            timeLeft: timeLeft(at: now),
            priority: priority,
            credits: window,
            trace: trace
        )
        return try header.frame(service: service, operation: operation, annotations: annotations, body: body)
    }

    /// Milliseconds, rounded up; never 0, which would mean for ever.
    private func timeLeft(at now: Moment) -> UInt32 {
        let left = deadline.nanoseconds.subtractingReportingOverflow(now.nanoseconds).partialValue
        return UInt32(clamping: max((left - 1) / 1_000_000 + 1, 1))
    }
}
