import Bus
import JSON

/// A request's body on its way to a command: bytes that ought to be a JSON object.
struct StateBody {
    let bytes: [UInt8]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The body read as JSON.
    ///
    /// - Throws: a 400 problem with the offset of the fault.
    func json() throws(Problem) -> JSONValue {
        guard !bytes.isEmpty else { throw Problem(.badRequest, "The body is missing.") }
        do throws(JSONError) {
            return try JSONValue(parsing: bytes)
        } catch {
            throw Problem(
                .badRequest,
                "The body is not JSON: \(error.description)",
                members: ["offset": JSONValue(error.offset)]
            )
        }
    }

    /// The body as an object.
    ///
    /// - Throws: a 400 problem when it is none.
    func object() throws(Problem) -> JSONObject {
        guard let object = try json().objectValue else { throw Problem(.badRequest, "The body must be a JSON object.") }
        return object
    }

    /// The body as an object, where no body stands for one without members.
    func objectOrNothing() throws(Problem) -> JSONObject {
        bytes.isEmpty ? [:] : try object()
    }

    /// A content type without its parameters, in lowercase.
    static func essence(_ contentType: String) -> String {
        let essence = contentType.prefix { $0 != ";" }
        return essence.filter { $0 != " " && $0 != "\t" }.lowercased()
    }
}
