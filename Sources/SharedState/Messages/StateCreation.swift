import Bus
import JSON

/// What `create` asks for: `id` is the document's, all else is its content.
struct StateCreation {
    let id: String
    let content: JSONObject

    /// Reads the body; a document without an id gets a new one.
    ///
    /// - Throws: a 400 problem when the body is no object or the id no usable text.
    init(_ body: StateBody) throws(Problem) {
        var members = try body.objectOrNothing()
        id = try members.removeValue(forKey: "id").map(Self.id) ?? UUIDv7.make()
        content = members
    }

    private static func id(_ value: JSONValue) throws(Problem) -> String {
        guard let id = value.stringValue else { throw Problem(.badRequest, "'id' must be a string.") }
        return try StateID.checked(id)
    }
}
