public import JSON

/// One value of a result that is in the state document now.
public struct StoredValue: Sendable, Hashable {
    public var path: JSONPointer
    /// The version that the document got by it, where shared-state said so.
    public var version: Int?

    public init(path: JSONPointer, version: Int? = nil) {
        self.path = path
        self.version = version
    }
}
