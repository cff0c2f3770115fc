public import JSON

/// One thing that is wrong in a design document.
public struct DesignFault: Sendable, Hashable, CustomStringConvertible {
    /// Where: the JSON Pointer of the member, also when that member is missing.
    public let pointer: JSONPointer

    /// What, and what would be right: "must be a string and is missing".
    public let sentence: String

    public init(_ pointer: JSONPointer, _ sentence: String) {
        self.pointer = pointer
        self.sentence = sentence
    }

    public var description: String {
        "\(pointer.tokens.isEmpty ? "the document" : pointer.description): \(sentence)"
    }
}
