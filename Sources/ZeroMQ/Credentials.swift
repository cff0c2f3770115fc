/// Who wants to connect, as libzmq tells an authenticator.
public struct Credentials: Sendable, Hashable {
    /// The network address without its port; empty when the transport has none.
    public var address: String
    /// How the peer proves who it is.
    public var mechanism: Mechanism

    /// How a peer proves who it is.
    public enum Mechanism: Sendable, Hashable {
        /// Not at all.
        case null
        /// By the secret key that belongs to this public one: 40 characters of Z85. libzmq has checked it.
        case curve(publicKey: String)
        /// In a way that this module does not know.
        case other(String)
    }

    public init(address: String, mechanism: Mechanism) {
        self.address = address
        self.mechanism = mechanism
    }
}

/// What becomes of a connection that an authenticator was asked about.
public enum Admission: Sendable, Hashable {
    /// The peer may stay; its messages carry this text as ``Message/Property/userID``. At most 255 bytes.
    case admitted(userID: String)
    /// It may not, and is told nothing more than that.
    case refused
}
