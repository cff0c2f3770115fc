/// Why a text is no JSON, and where.
public struct JSONError: Error, Hashable, CustomStringConvertible {
    /// The offset of the first byte that could not be read, from 0.
    public let offset: Int
    /// One sentence without the offset: "Expected a value".
    public let sentence: String

    /// An error at a byte.
    public init(offset: Int, sentence: String) {
        self.offset = offset
        self.sentence = sentence
    }

    /// The sentence with the offset: "Expected a value at byte 17."
    public var description: String { "\(sentence) at byte \(offset)." }
}
