import Bus
import JSON

/// Reads the members of a request's body and names the one that is wrong.
struct RegistryMessage {
    private let members: JSONObject

    /// - Throws: a 400 ``Problem`` when the body is no JSON, or no object.
    init(parsing body: [UInt8]) throws(Problem) {
        try self.init(Self.parse(body))
    }

    /// - Throws: a 400 ``Problem`` when `json` is no object.
    init(_ json: JSONValue) throws(Problem) {
        guard let members = json.objectValue else {
            throw Problem(.badRequest, "The body must be a JSON object")
        }
        self.members = members
    }

    /// The text of a member; nil when it is missing, null or empty.
    func text(_ name: String) throws(Problem) -> String? {
        guard let value = members[name], !value.isNull else { return nil }
        guard let text = value.stringValue else { throw .wrong(name, "\(name) must be a string") }
        return text.isEmpty ? nil : text
    }

    /// The text of a member that must be there.
    func required(_ name: String) throws(Problem) -> String {
        guard let text = try text(name) else { throw .missing(name) }
        return text
    }

    /// A member that is a list of strings; empty when it is missing or null.
    func list(_ name: String) throws(Problem) -> [String] {
        guard let value = members[name], !value.isNull else { return [] }
        let texts = value.arrayValue?.compactMap(\.stringValue)
        guard let texts, texts.count == value.arrayValue?.count else {
            throw .wrong(name, "\(name) must be a list of strings")
        }
        return texts
    }

    static func parse(_ body: [UInt8]) throws(Problem) -> JSONValue {
        do {
            return try JSONValue(parsing: body)
        } catch {
            throw Problem(.badRequest, "The body is not JSON: \(error)")
        }
    }
}

extension Problem {
    static func missing(_ member: String) -> Problem {
        wrong(member, "\(member) is required")
    }

    static func wrong(_ member: String, _ sentence: String) -> Problem {
        Problem(.badRequest, sentence, members: ["pointer": .string("/" + member)])
    }
}
