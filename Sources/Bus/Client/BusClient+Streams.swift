import Synchronization

extension BusClient {
    /// Sends a request whose reply comes in parts: rows of a long result, lines of a log, progress before the end.
    ///
    /// The request is on its way when this returns. The worker answers with any number of parts and one final reply; one
    /// that knows of no parts sends only that.
    ///
    /// - Parameters:
    ///   - service: a name on the bus, 1 to 255 bytes.
    ///   - operation: what is to be done, at most 255 bytes.
    ///   - body: passed on untouched.
    ///   - annotations: what travels beside the body.
    ///   - within: how long to wait for the final reply.
    ///   - repeatable: whether the request may be given to another worker when the one that had it died before the
    ///     first part was there.
    ///   - requestID: the same for every attempt; a new one when nil.
    ///   - priority: 0 (can wait) … 9 (urgent).
    ///   - trace: the trace it belongs to.
    ///   - window: how many parts the worker may send before one is taken, and so how many are held at most; 1 to
    ///     65,535.
    /// - Returns: the stream, which tells of every error.
    public func stream(
        _ service: String,
        _ operation: String,
        body: [UInt8] = [],
        annotations: Annotations = [:],
        within: Duration = .seconds(30),
        repeatable: Bool = false,
        requestID: RequestID? = nil,
        priority: UInt8 = Envelope.defaultPriority,
        trace: TraceContext? = nil,
        window: Int = 16
    ) -> ReplyStream {
        let parameters = RequestParameters(
            service: service,
            operation: operation,
            body: body,
            annotations: annotations,
            requestID: requestID,
            deadline: .now + within,
            priority: priority,
            isRepeatable: repeatable,
            trace: trace,
            window: UInt16(clamping: max(window, 1))
        )
        return ReplyStream(start(parameters))
    }

    private func start(_ parameters: RequestParameters) -> ReplySource {
        let parts = PartsBuffer(window: parameters.window) { [counters] in
            counters.requestsInFlight.subtract(1, ordering: .relaxed)
        }
        let request = PendingRequest(parameters, parts: parts)
        do {
            try takePlace()
            post(request)
        } catch {
            counters.requestsInFlight.add(1, ordering: .relaxed)
            request.finish(.failure(error))
        }
        return ReplySource(parts, of: request, client: self)
    }

    /// Lets the worker send so many more parts.
    func grant(_ count: Int, to request: PendingRequest) { mailbox.post(.grant(request, count: count)) }
}

extension BusError.Code {
    /// The worker sent more parts of its reply than it was granted. It has run.
    public static let partsNotGranted = Self(description: "parts_not_granted", mayHaveRun: true)
}
