/// How a process proves who it is on `tcp://`, and whom it talks to: its own keys and the server's public one.
///
/// Printing it does not show the secret.
public struct CurveClient: Sendable, Hashable {
    /// The public key of the server: 40 characters of Z85.
    public var serverKey: String
    /// The keys of this process.
    public var keys: CurveKeyPair

    public init(serverKey: String, keys: CurveKeyPair) {
        self.serverKey = serverKey
        self.keys = keys
    }
}

extension Socket {
    /// Connects only to the server that `security` names, as the owner of its keys. Before ``connect(_:)``.
    ///
    /// - Throws: ``ZMQError/Code/invalidArgument`` for keys that are not 40 characters of Z85.
    public func useCurve(_ security: CurveClient) throws(ZMQError) {
        try useCurve(serverKey: security.serverKey, as: security.keys)
    }
}
