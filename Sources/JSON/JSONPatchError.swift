/// Why a JSON Patch cannot be read or applied, and which of its operations is to blame.
public struct JSONPatchError: Error, Hashable, CustomStringConvertible {
    /// What kind of fault it is.
    public enum Reason: Sendable, Hashable {
        /// The patch itself is no RFC 6902 document.
        case malformed
        /// A place that an operation needs is not there, or is of the wrong type.
        case notFound
        /// A `test` found another value.
        case testFailed
        /// The result would be nested too deep, or the patch copies too much.
        case tooLarge
    }

    /// What kind of fault it is.
    public let reason: Reason
    /// The index of the operation, from 0; nil when the patch is no list.
    public let operation: Int?
    /// One sentence that names the place: "There is no value at '/a/b'".
    public let sentence: String

    init(_ reason: Reason, operation: Int? = nil, _ sentence: String) {
        self.reason = reason
        self.operation = operation
        self.sentence = sentence
    }

    /// The sentence, behind the index of the operation.
    public var description: String {
        operation.map { "Operation \($0) of the patch: \(sentence)." } ?? "\(sentence)."
    }

    func inOperation(_ index: Int) -> JSONPatchError {
        JSONPatchError(reason, operation: index, sentence)
    }
}
