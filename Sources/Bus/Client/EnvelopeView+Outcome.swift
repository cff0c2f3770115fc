extension EnvelopeView {
    /// What a reply means to the one who waits for it.
    ///
    /// The broker answers in a service's place when there is nothing else to tell; that is an error, and no reply.
    func outcome(for request: PendingRequest) -> PendingRequest.Outcome {
        guard let reply else { return .failure(.unreadableReply(to: request.parameters)) }
        guard flags.contains(.fromBroker) else { return .success(reply) }
        return .failure(BusError(fromBroker: reply, to: request.parameters))
    }

    /// What a reply or a part of one says; nil when it cannot be read.
    var reply: Reply? {
        guard let annotations = try? Annotations(decoding: annotations) else { return nil }
        return Reply(status: status, annotations: annotations, body: Array(body))
    }
}

extension BusError.Code {
    /// The service answered, but its reply cannot be read. It has run.
    public static let unreadableReply = Self(description: "unreadable_reply", mayHaveRun: true)
}

extension BusError {
    static func unreadableReply(to request: RequestParameters) -> BusError {
        BusError(.unreadableReply, "cannot read the annotations of \(request.service)'s reply")
    }
}
