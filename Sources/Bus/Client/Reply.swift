public import JSON

/// What a service answered: a status in HTTP's numbers, annotations and a body that is passed on untouched.
///
/// A service's own 4xx or 5xx is a reply like any other; what the broker answers in a service's place
/// (no worker, queue full, deadline passed) is thrown as a ``BusError`` instead.
public struct Reply: Sendable {
    /// The outcome, in HTTP's numbers.
    public var status: Status
    /// What travels beside the body, such as `etag` or `location`.
    public var annotations: Annotations
    /// The body as the service sent it; empty when there is none.
    public var body: [UInt8]

    public init(status: Status, annotations: Annotations = [:], body: [UInt8] = []) {
        self.status = status
        self.annotations = annotations
        self.body = body
    }

    /// The body read as JSON.
    ///
    /// - Throws: `JSONError` with the offset of the fault when the body is not JSON.
    public func json() throws -> JSONValue {
        try JSONValue(parsing: body)
    }
}
