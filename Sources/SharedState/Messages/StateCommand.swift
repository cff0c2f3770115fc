import Bus
import JSON

/// One change of a document, as its sender means it.
enum StateCommand: Sendable, Hashable {
    /// Makes the document, which must not be there.
    case create(JSONObject)
    /// Sets members of the first level; makes the document when it is missing.
    case merge(JSONObject)
    /// Sets one value, making the objects on the way to it. The document must be there.
    case add(JSONValue, at: JSONPointer)
    /// RFC 6902. The document must be there.
    case patch(JSONPatch)
    /// RFC 7396; makes the document when it is missing.
    case mergePatch(JSONObject)
    /// Sets the whole content; makes the document when it is missing.
    case replace(JSONObject)
    /// Removes the document, if it is there.
    case delete
    /// Puts an older version back: what it was, and when the document was made. Makes the document when it is missing.
    case restore(JSONObject, createdAt: Timestamp?)
}

extension StateCommand {
    /// Whether the answer says "merged" and not "patched".
    var isMerge: Bool {
        if case .merge = self { true } else { false }
    }

    /// Whether it puts back what was: then there may be nothing to do.
    var isRestoration: Bool {
        if case .restore = self { true } else { false }
    }

    /// When the document was made that it puts back.
    var formerCreation: Timestamp? {
        if case .restore(_, let createdAt) = self { createdAt } else { nil }
    }
}
