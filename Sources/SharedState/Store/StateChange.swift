public import Bus

/// One change of a document, as its history keeps it: what was done, by whom, and the way back.
///
/// Written by the transaction that makes the change, so there is no change without its record. Both patches are JSON
/// text that a store does not look into.
public struct StateChange: Sendable, Hashable {
    /// The document's version after the change.
    public let version: Int
    /// When the change was made.
    public let time: Timestamp
    /// When the document was made that is there after the change; of a removal: that was there before it.
    public let createdAt: Timestamp
    /// Who made it, as they named themselves.
    public let author: String?
    /// Names the change among those of its document, so that it is made once when it is asked for again.
    public let key: String?
    /// From the content before to the content after (RFC 6902); nil where it is too long to be kept.
    public let patch: [UInt8]?
    /// From the content after to the content before; nil where it is too long to be kept.
    public let inverse: [UInt8]?

    /// A change with all that is known of it.
    public init(
        version: Int,
        time: Timestamp,
        createdAt: Timestamp,
        author: String? = nil,
        key: String? = nil,
        patch: [UInt8]? = nil,
        inverse: [UInt8]? = nil
    ) {
        self.version = version
        self.time = time
        self.createdAt = createdAt
        self.author = author
        self.key = key
        self.patch = patch
        self.inverse = inverse
    }
}

extension StateChange {
    /// The patch of a removal: no value is left.
    static let removal = Array(#"[{"op":"remove","path":""}]"#.utf8)

    /// Whether the change made the document.
    var isCreation: Bool { inverse == Self.removal }
}
