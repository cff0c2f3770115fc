public import Bus

/// What a list tells of a document.
public struct StateSummary: Sendable, Hashable {
    /// The document's id.
    public let id: String
    /// When the document was made.
    public let createdAt: Timestamp
    /// When its content was written last.
    public let lastModified: Timestamp

    /// The summary of a document.
    public init(id: String, createdAt: Timestamp, lastModified: Timestamp) {
        self.id = id
        self.createdAt = createdAt
        self.lastModified = lastModified
    }

    init(_ document: StateDocument) {
        self.init(id: document.id, createdAt: document.createdAt, lastModified: document.lastModified)
    }
}
