import Bus
import JSON

extension JobFilter {
    /// Reads the body of `filter`: an object with texts; an empty body filters nothing.
    ///
    /// - Throws: a 400 ``Problem`` that names what is wrong.
    init(parsing body: [UInt8]) throws(Problem) {
        guard !body.isEmpty else {
            self.init()
            return
        }
        guard let object = try? JSONValue(parsing: body).objectValue else {
            throw Problem(.badRequest, "The filter must be a JSON object")
        }
        self.init(
            name: try Self.text("name", of: object),
            status: try Self.text("status", of: object),
            createdAt: try Self.text("createdAt", of: object),
            completedAt: try Self.text("completedAt", of: object)
        )
    }

    private static func text(_ member: String, of object: JSONObject) throws(Problem) -> String? {
        guard let value = object[member], !value.isNull else { return nil }
        guard let text = value.stringValue else {
            throw Problem(.badRequest, "\(member) must be a string", members: ["pointer": .string("/" + member)])
        }
        return text
    }
}
