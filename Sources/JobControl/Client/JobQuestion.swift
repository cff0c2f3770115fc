public import Bus

/// One request to job-control, before it is known how it travels: over the bus, or over HTTP.
public struct JobQuestion: Sendable, Hashable {
    public var operation: String
    public var annotations: Annotations
    public var body: [UInt8]
    /// How long the answer may take.
    public var patience: Duration
    /// Whether asking twice does no more than asking once.
    public var isRepeatable: Bool

    public init(
        _ operation: String,
        _ annotations: Annotations = [:],
        body: [UInt8] = [],
        patience: Duration,
        isRepeatable: Bool = false
    ) {
        self.operation = operation
        self.annotations = annotations
        self.body = body
        self.patience = patience
        self.isRepeatable = isRepeatable
    }
}
