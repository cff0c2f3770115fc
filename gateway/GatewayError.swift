/// Why the gateway cannot start.
public struct GatewayError: Error, CustomStringConvertible {
    /// What was tried, and why it failed.
    public let description: String

    static func cannotListen(_ listener: Listener, host: String, _ cause: any Error) -> Self {
        let purpose = listener.service.map { " for \($0)" } ?? ""
        return Self(description: "cannot listen on \(host):\(listener.port)\(purpose): \(cause)")
    }
}
