/// Why a text is no JSON Pointer.
public struct JSONPointerError: Error, Hashable, CustomStringConvertible {
    /// What is wrong with the text.
    public enum Reason: Sendable, Hashable {
        /// It is not empty and does not start with `/`.
        case noSlash
        /// A `~` is followed by neither `0` nor `1`.
        case badEscape
    }

    /// The text that is no pointer.
    public let text: String
    /// What is wrong with it.
    public let reason: Reason

    /// The pointer and what to write instead.
    public var description: String {
        switch reason {
        case .noSlash: "'\(text)' is no JSON Pointer: it must be empty or start with '/'."
        case .badEscape: "'\(text)' is no JSON Pointer: '~' must be written '~0', and '/' in a key '~1'."
        }
    }
}
