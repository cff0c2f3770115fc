public import JSON

/// What a handler answers.
///
/// A 4xx or 5xx status is an answer too: throw a ``Problem`` or return ``problem(_:)``, whichever reads better.
public struct BusReply: Sendable {
    /// The outcome, in HTTP's numbers.
    public var status: Status
    /// What travels beside the body, such as `etag`, `location` or `content-type`.
    public var annotations: Annotations
    /// The body, passed on untouched.
    public var body: [UInt8]

    public init(status: Status = .ok, annotations: Annotations = [:], body: [UInt8] = []) {
        self.status = status
        self.annotations = annotations
        self.body = body
    }

    /// A reply whose body is `value` as compact JSON text.
    public static func json(_ value: JSONValue, status: Status = .ok, annotations: Annotations = [:]) -> BusReply {
        BusReply(status: status, annotations: annotations, body: value.serialized())
    }

    /// A reply without a body.
    public static func empty(_ status: Status = .noContent, annotations: Annotations = [:]) -> BusReply {
        BusReply(status: status, annotations: annotations)
    }

    /// A reply that says what went wrong, with the content type `application/problem+json`.
    public static func problem(_ problem: Problem) -> BusReply {
        problem.reply
    }
}
