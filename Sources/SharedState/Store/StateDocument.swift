public import Bus

/// A document as a store keeps it: the content is JSON text that the store does not look into.
public struct StateDocument: Sendable, Hashable {
    /// Any non-empty text; unique.
    public let id: String
    /// Goes up by one with every change, also over a removal: the sequence of the document's events.
    public var version: Int
    /// When the document was made.
    public var createdAt: Timestamp
    /// When its content was written last.
    public var lastModified: Timestamp
    /// A JSON object in UTF-8, without any metadata.
    public var content: [UInt8]

    /// A document with all that is known of it.
    public init(id: String, version: Int, createdAt: Timestamp, lastModified: Timestamp, content: [UInt8]) {
        self.id = id
        self.version = version
        self.createdAt = createdAt
        self.lastModified = lastModified
        self.content = content
    }
}
