/// Where a new document is.
public struct StateCreated: Sendable, Hashable {
    /// The document's id: the one that was asked for, or a new one.
    public let id: String
    /// Its first version.
    public let version: Int
    /// Its address, a path when the service was not told an origin.
    public let stateURL: String
}
