public import ZeroMQ

/// How a broker knows its peers apart, and what each may do.
///
/// With it, every `tcp://` endpoint that is not on the loopback interface speaks CURVE: peers need the broker's public
/// key and one of their own that the rules name. Those who come over `ipc://` or the loopback interface without keys
/// may do what the rules let `local` do; the broker's own process, over `inproc://`, may do everything.
public struct BrokerSecurity: Sendable {
    /// The broker's own keys; its peers must know the public one.
    public var keys: CurveKeyPair
    /// Who may do what.
    public var access: AccessControl
    /// Whether endpoints on the loopback interface ask for keys, too. Default: false.
    public var coversLoopback: Bool

    public init(keys: CurveKeyPair, access: AccessControl, coversLoopback: Bool = false) {
        self.keys = keys
        self.access = access
        self.coversLoopback = coversLoopback
    }

    /// Whether those who connect to this endpoint need keys.
    public func asksForKeys(at endpoint: Endpoint) -> Bool {
        endpoint.transport == .tcp && (coversLoopback || !endpoint.isLoopback)
    }
}

/// Why a broker does not even begin.
public enum BrokerConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Other machines could reach this endpoint, and there are no keys by which to know them.
    case openToOthers(Endpoint)

    public var description: String {
        switch self {
        case .openToOthers(let endpoint):
            "other machines can reach \(endpoint), and the broker has no keys to know them by: give it a key file and "
                + "an access file (platform keys new, platform keys allow), or bind it to 127.0.0.1"
        }
    }
}

extension Broker.Configuration {
    /// The domain under which libzmq asks about peers of this broker.
    var authenticationDomain: String { "bus.\(instance)" }

    /// - Throws: ``BrokerConfigurationError`` for an endpoint that is open to other machines without keys.
    func check() throws(BrokerConfigurationError) {
        guard security == nil else { return }
        for endpoint in endpoints + publish + subscribe where !endpoint.isLoopback { throw .openToOthers(endpoint) }
    }
}

extension Socket {
    /// Accepts peers at all endpoints, with keys where `configuration` wants them; returns where that really is.
    func bind(_ endpoints: [Endpoint], for configuration: Broker.Configuration) throws(ZMQError) -> [Endpoint] {
        var bound = endpoints
        let asksForKeys = endpoints.map { configuration.security?.asksForKeys(at: $0) ?? false }
        if configuration.security != nil { try set(.zapDomain, to: configuration.authenticationDomain) }
        for index in endpoints.indices where !asksForKeys[index] { bound[index] = try bind(endpoints[index]) }
        // A setting counts for what the socket is bound to after it.
        guard let security = configuration.security, asksForKeys.contains(true) else { return bound }
        try serveCurve(security.keys)
        for index in endpoints.indices where asksForKeys[index] { bound[index] = try bind(endpoints[index]) }
        return bound
    }
}
