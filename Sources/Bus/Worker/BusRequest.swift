public import JSON

/// One request as a worker's handler sees it.
public struct BusRequest: Sendable {
    /// The service that was asked for: the worker's own.
    public var service: String
    /// What is to be done, such as `execute` or `read`.
    public var operation: String
    /// The body as the client sent it; empty when there is none.
    public var body: [UInt8]
    /// What travels beside the body, such as `id` or `base-url`.
    public var annotations: Annotations
    /// The same for every attempt of a request, so that a handler can recognise one it has answered.
    public var requestID: RequestID
    /// When the client stops waiting; nil when it waits for ever.
    ///
    /// The handler's task is cancelled when the client gives up, so most handlers need not look at this.
    public var deadline: ContinuousClock.Instant? {
        get { limit.instant }
        set { limit = newValue.map { .now + ($0 - .now) } ?? .never }
    }
    /// The same as ``deadline``, in the form that costs nothing to keep.
    var limit: Moment
    /// 0 (can wait) … 9 (urgent); 4 unless the client says otherwise.
    public var priority: UInt8
    /// Whether the request may have been given to another worker before.
    public var isRepeated: Bool
    /// The trace this request belongs to, when the client named one.
    public var trace: TraceContext?
    /// Takes parts of the reply before the last one; nil when the client takes none, as most do.
    public var parts: ReplyParts?

    public init(
        service: String,
        operation: String,
        body: [UInt8] = [],
        annotations: Annotations = [:],
        requestID: RequestID = RequestID(),
        deadline: ContinuousClock.Instant? = nil,
        priority: UInt8 = 4,
        isRepeated: Bool = false,
        trace: TraceContext? = nil
    ) {
        self.init(
            service: service,
            operation: operation,
            body: body,
            annotations: annotations,
            requestID: requestID,
            limit: deadline.map { .now + ($0 - .now) } ?? .never,
            priority: priority,
            isRepeated: isRepeated,
            trace: trace
        )
    }

    /// As a frame has it.
    init(
        service: String,
        operation: String,
        body: [UInt8],
        annotations: Annotations,
        requestID: RequestID,
        limit: Moment,
        priority: UInt8,
        isRepeated: Bool,
        trace: TraceContext?
    ) {
        self.service = service
        self.operation = operation
        self.body = body
        self.annotations = annotations
        self.requestID = requestID
        self.limit = limit
        self.priority = priority
        self.isRepeated = isRepeated
        self.trace = trace
    }

    /// The body read as JSON.
    ///
    /// - Throws: `JSONError` with the offset of the fault when the body is not JSON.
    public func json() throws -> JSONValue {
        try JSONValue(parsing: body)
    }
}
