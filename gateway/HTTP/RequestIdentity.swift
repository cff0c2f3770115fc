import Bus
import HTTPTypes

/// What names a request in answers, logs and traces.
///
/// A client's own `X-Request-Id` is echoed, but the bus always gets a fresh id: workers answer a repeated one
/// from memory, so two requests of a client that reuses its id must not meet there.
struct RequestIdentity: Sendable {
    /// The id on the bus.
    let requestID: RequestID
    /// The client's id when it is 1 to 128 visible ASCII characters, otherwise the bus's.
    let echoed: String
    /// The caller's trace with a span of its own for the work behind the gateway.
    let trace: TraceContext?

    init(_ fields: HTTPFields) {
        requestID = RequestID()
        echoed = fields[.xRequestID].flatMap { Self.isSane($0) ? $0 : nil } ?? requestID.description
        trace = fields[.traceparent].flatMap { TraceContext(traceparent: $0) }?.child()
    }

    private static func isSane(_ id: String) -> Bool {
        (1...128).contains(id.utf8.count) && id.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }
}
