public import JSON

/// All entries, and the number of the last change that is contained in them.
public struct RegistrySnapshot: Sendable, Hashable {
    /// Names the life of the registry that counts the revision.
    public var source: String
    public var revision: UInt64
    /// Oldest registration first.
    public var entries: [RegistryEntry]

    public init(source: String, revision: UInt64, entries: [RegistryEntry]) {
        self.source = source
        self.revision = revision
        self.entries = entries
    }

    /// Reads the answer of discovery's operation `snapshot`; nil when it is something else.
    public init?(json: JSONValue) {
        guard let source = json["source"]?.stringValue, let revision = json["revision"]?.intValue,
            let entries = json["entries"]?.arrayValue
        else { return nil }
        self.init(
            source: source,
            revision: UInt64(clamping: revision),
            entries: entries.compactMap(RegistryEntry.init)
        )
    }
}
