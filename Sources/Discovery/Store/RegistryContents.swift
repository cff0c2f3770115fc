/// All that a ``RegistryStore`` keeps.
public struct RegistryContents: Sendable, Hashable {
    /// In the order of registration.
    public var entries: [RegistryEntry]
    /// In the order in which they were made.
    public var bindings: [Binding]
    /// The ids of the bus services that are or were listed, by name.
    public var names: [String: String]

    public init(entries: [RegistryEntry] = [], bindings: [Binding] = [], names: [String: String] = [:]) {
        self.entries = entries
        self.bindings = bindings
        self.names = names
    }
}
