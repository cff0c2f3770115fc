public import Bus
public import JSON

/// A document as a reader gets it.
public struct StateContent: Sendable, Hashable {
    /// The content, an object; or the value at the pointer that was asked for.
    public let content: JSONValue
    /// The version that was read: name it to change nothing but that.
    public let version: Int
    /// When the content was written last.
    public let lastModified: Timestamp
}
