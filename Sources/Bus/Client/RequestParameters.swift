/// What is asked of a service: everything about a request but who waits for it.
///
/// Kept until the reply is there, so that a request that may be repeated can be encoded again for another connection.
struct RequestParameters: Sendable {
    var service: String
    var operation: String
    var body: [UInt8]
    var annotations: Annotations
    /// Nil when the thread that sends it is to choose one.
    var requestID: RequestID?
    var deadline: Moment
    var priority: UInt8
    var isRepeatable: Bool
    var trace: TraceContext?
    /// How many parts of its reply are taken before more are granted; 0 for a reply without parts.
    var window: UInt16 = 0
}
