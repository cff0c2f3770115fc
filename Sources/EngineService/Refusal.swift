public import Bus
public import JSON

/// Why a command was not carried out: a 4xx with the sentence that clients rely on. Nothing was changed.
public struct Refusal: Error, Sendable, Hashable, CustomStringConvertible {
    public var status: Status

    /// The `error` and `detail` of the body.
    public var sentence: String

    /// Further members of the body, such as `pointer`: the JSON Pointer of the fault in the command message.
    public var members: JSONObject

    public init(_ status: Status, _ sentence: String, members: JSONObject = [:]) {
        self.status = status
        self.sentence = sentence
        self.members = members
    }

    public var description: String { "\(status.rawValue) \(sentence)" }

    var problem: Problem { Problem(status, sentence, members: members) }
}

extension Refusal {
    static func malformed(_ pointer: String, _ reason: String) -> Refusal {
        Refusal(
            .badRequest,
            "Invalid command message format",
            members: ["pointer": .string(pointer), "reason": .string(reason)]
        )
    }

    static func unknownCommand(_ name: String) -> Refusal {
        Refusal(.badRequest, "Unknown command: \(name)", members: ["pointer": "/command"])
    }

    static func unsupportedResource(_ type: String) -> Refusal {
        Refusal(.badRequest, "Unsupported resource: \(type)", members: ["pointer": "/resource"])
    }

    static func missingInput(_ field: String) -> Refusal {
        Refusal(.badRequest, "Missing required input: \(field)", members: ["pointer": .string(pointer(to: field))])
    }

    /// `demand` goes on after "Must be": "one of [a, b]", "a number". A value that is secret is nil.
    static func invalidValue(_ value: JSONValue?, of field: String, mustBe demand: String) -> Refusal {
        let text = value.map { $0.stringValue ?? $0.description } ?? "[secret]"
        // A value may be megabytes long; the sentence is for people.
        let shown = text.count > 100 ? text.prefix(100) + "…" : text[...]
        return Refusal(
            .badRequest,
            "Invalid value for '\(field)': '\(shown)'. Must be \(demand)",
            members: ["pointer": .string(pointer(to: field))]
        )
    }

    static func notFound(_ id: String) -> Refusal {
        Refusal(.notFound, "Resource not found: \(id)")
    }

    static func exists(_ id: String) -> Refusal {
        Refusal(.conflict, "Resource with ID '\(id)' already exists.")
    }

    static func wasReverted(_ requestID: String) -> Refusal {
        Refusal(.conflict, "Request \(requestID) was reverted.", members: ["requestId": .string(requestID)])
    }

    static func forbidden(_ command: String, roles: [String]) -> Refusal {
        Refusal(
            .forbidden,
            "Command '\(command)' needs one of the roles [\(roles.joined(separator: ", "))]",
            members: ["roles": .array(roles.map(JSONValue.string))]
        )
    }

    private static func pointer(to field: String) -> String {
        field == "id" ? "/id" : JSONPointer(tokens: ["payload", field]).description
    }
}
