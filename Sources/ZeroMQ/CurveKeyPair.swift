/// A public and a secret CURVE key. Printing it does not show the secret.
public struct CurveKeyPair: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
    /// What others may know: 40 characters of Z85.
    public let publicKey: String
    /// What nobody else may know: 40 characters of Z85.
    public let secretKey: String

    public init(publicKey: String, secretKey: String) {
        self.publicKey = publicKey
        self.secretKey = secretKey
    }

    public var description: String {
        "CurveKeyPair(\(publicKey))"
    }

    public var customMirror: Mirror {
        Mirror(self, children: ["publicKey": publicKey])
    }
}

extension Socket {
    /// Lets only peers in that know the public key of `keys`, and encrypts what is sent. Before ``bind(_:)``.
    ///
    /// Which of them may stay is for an authenticator (ZAP) to say; without one, all may.
    ///
    /// - Throws: ``ZMQError/Code/invalidArgument`` for keys that are not 40 characters of Z85.
    public func serveCurve(_ keys: CurveKeyPair) throws(ZMQError) {
        try set(.curveServer, to: true)
        try set(.curvePublicKey, to: keys.publicKey)
        try set(.curveSecretKey, to: keys.secretKey)
    }

    /// Connects only to the server with this public key, as the owner of `keys`. Before ``connect(_:)``.
    ///
    /// A server that is not the one, or that does not speak CURVE, is never connected to; a ``SocketMonitor`` tells.
    ///
    /// - Throws: ``ZMQError/Code/invalidArgument`` for keys that are not 40 characters of Z85.
    public func useCurve(serverKey: String, as keys: CurveKeyPair) throws(ZMQError) {
        try set(.curveServerKey, to: serverKey)
        try set(.curvePublicKey, to: keys.publicKey)
        try set(.curveSecretKey, to: keys.secretKey)
    }
}
