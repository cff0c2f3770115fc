/// A text that is no endpoint, and why.
///
/// Its description reads `not an endpoint: "tcp://localhost": the port is missing`.
public struct EndpointError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The text that was read.
    public let text: String
    /// What is wrong with it.
    public let reason: String

    public var description: String {
        "not an endpoint: \"\(text)\": \(reason)"
    }
}
