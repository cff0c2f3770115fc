public import JSON

/// One thing that is wrong with a job document: where, and what to do about it.
public struct JobFault: Sendable, Hashable, CustomStringConvertible {
    /// Where in the document; the empty pointer is the document itself.
    public let pointer: JSONPointer
    /// What is wrong, as a sentence without the place: `must be an array`.
    public let message: String

    public init(pointer: JSONPointer, message: String) {
        self.pointer = pointer
        self.message = message
    }

    /// The place and the message: `/steps/0/tasks: must be an array`.
    public var description: String {
        pointer.tokens.isEmpty ? "the document \(message)" : "\(pointer): \(message)"
    }
}
