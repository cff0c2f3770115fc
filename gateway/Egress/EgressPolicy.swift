import Bus

/// Whom the way out may call: registered hosts, and of these none that serves a machine's own secrets.
struct EgressPolicy: Sendable {
    private static let denied = ["169.254.0.0/16", "fe80::/10", "fd00:ec2::254"].compactMap(AddressRange.init)
    private static let deniedNames: Set<String> = ["metadata", "metadata.google.internal", "instance-data"]

    /// - Parameters:
    ///   - url: what is to be called.
    ///   - origins: the origins of registered services.
    /// - Throws: a 502 ``Problem`` that says why the call is refused.
    func check(_ url: HTTPURL, registered origins: Set<String>) throws(Problem) {
        guard origins.contains(url.origin) else {
            throw Problem(.badGateway, "\(url) is not called: no registered service is at \(url.origin)")
        }
        let isDenied = Self.deniedNames.contains(url.host) || Self.denied.contains { $0.contains(url.host) }
        if isDenied { throw Problem(.badGateway, "\(url) is not called: \(url.host) is on the deny list") }
    }
}
