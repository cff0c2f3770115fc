public import JSON

/// What a service answers when it cannot do what was asked: a status and a sentence for people (RFC 9457).
///
/// Throw it from a handler, and it becomes the reply.
public struct Problem: Error, Sendable, Hashable {
    /// 400 … 599.
    public var status: Status
    /// One sentence that names the thing.
    public var sentence: String
    /// What else a program may want to know.
    public var members: JSONObject

    public init(_ status: Status, _ sentence: String, members: JSONObject = [:]) {
        self.status = status
        self.sentence = sentence
        self.members = members
    }

    /// Reads a body that ``json`` made, or any object with an `error` or `detail` text in it.
    ///
    /// Nil when the bytes are no such JSON; then the body speaks for itself.
    ///
    /// - Parameter status: counts when the body has none.
    public init?(parsing body: [UInt8], status: Status = .internalServerError) {
        guard let object = try? JSONValue(parsing: body).objectValue,
            let sentence = object["error"]?.stringValue ?? object["detail"]?.stringValue
        else { return nil }
        let number = object["status"]?.intValue.flatMap { UInt16(exactly: $0) }
        let others = object.filter { !Self.ownMembers.contains($0.key) }
        self.init(number.map { Status(rawValue: $0) } ?? status, sentence, members: JSONObject(others))
    }

    /// The body: `error` for people and old clients, then RFC 9457's members, then ``members``.
    public var json: JSONValue {
        var object: JSONObject = [
            "error": .string(sentence),
            "type": "about:blank",
            "title": .string(status.reasonPhrase),
            "status": JSONValue(status.rawValue),
            "detail": .string(sentence),
        ]
        for (name, value) in members { object[name] = value }
        return .object(object)
    }

    /// The body as JSON text.
    public var bytes: [UInt8] { json.serialized() }

    private static let ownMembers: Set<String> = ["error", "type", "title", "status", "detail"]
}

extension Problem: CustomStringConvertible {
    public var description: String { "\(status): \(sentence)" }
}
