/// What a store has under an id: a document, the memory of one that was removed, or nothing.
///
/// The version outlives the document, so that one made anew under the same id continues the count: its events have no
/// hole, and an ETag of the old document never fits the new one.
public struct StateSlot: Sendable, Hashable {
    /// The document; nil when there is none.
    public let document: StateDocument?
    /// The version of the last change under this id, its removal included; 0 when there never was one.
    public let version: Int
    /// The change that was made under the key of the update, when the history still has it.
    public let applied: StateChange?

    /// A slot with a document in it.
    public init(_ document: StateDocument, applied: StateChange? = nil) {
        self.document = document
        self.applied = applied
        version = document.version
    }

    /// A slot without a document; the version is that of the removal, 0 when the id is unknown.
    public init(removedAt version: Int = 0, applied: StateChange? = nil) {
        document = nil
        self.version = version
        self.applied = applied
    }
}
