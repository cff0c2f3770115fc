/// The store holds something that the engine has not written.
public struct EngineStoreError: Error, Hashable, CustomStringConvertible {
    /// One sentence that names what is damaged.
    public let description: String

    public init(_ description: String) {
        self.description = description
    }
}
