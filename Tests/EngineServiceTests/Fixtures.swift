import Bus
import EngineService
import JSON

/// The design that most tests use: every default command, every kind of field.
let personDesign: JSONValue = [
    "title": "Persons", "version": "1.2.0", "resourceType": "person",
    "resourceSchema": [
        "person": [
            "name": ["type": "string"],
            "email": ["type": "string", "format": "email"],
            "status": ["type": "string", "enum": ["active", "inactive"]],
            "age": ["type": "number"],
            "verified": ["type": "boolean"],
            "address": ["type": "object"],
            "nicknames": ["type": "array"],
            "born": ["type": "string", "format": "ISO8601"],
        ]
    ],
    "commands": [
        "create": [
            "inputs": [
                "required": ["name"],
                "optional": ["email", "status", "age", "verified", "address", "nicknames", "born"],
                "defaults": ["status": "active"], "rules": [["id": "generateIfMissing"]],
            ],
            "output": ["type": "person", "returns": "object", "statusCode": 201],
            "transitionType": ["safe": false, "idempotent": false, "reversible": true],
            "errors": [["statusCode": 409, "when": "the id is taken"]],
        ],
        "read": [
            "inputs": ["required": ["id"], "optional": []], "output": ["type": "person", "returns": "object"],
            "transitionType": ["safe": true, "idempotent": true],
        ],
        "update": [
            "inputs": ["required": ["id"], "optional": ["name", "email", "age", "address"]],
            "output": ["type": "person", "returns": "object"], "transitionType": ["reversible": true],
        ],
        "delete": [
            "inputs": ["required": ["id"]], "output": ["type": "person", "returns": "none", "statusCode": 204],
            "transitionType": ["idempotent": true, "reversible": true],
        ],
        "list": ["inputs": [:], "output": ["type": "person", "returns": "array"], "transitionType": ["safe": true]],
        "filter": [
            "inputs": ["optional": ["name", "status", "age"]], "output": ["type": "person", "returns": "array"],
            "transitionType": ["safe": true],
        ],
        "status": [
            "inputs": ["required": ["id", "status"]], "output": ["type": "person", "returns": "object"],
            "transitionType": ["idempotent": true, "reversible": true],
        ],
    ],
    "serviceInfo": [
        "serviceName": "person", "description": "Keeps persons", "tags": ["person"],
        "mediaTypes": ["application/json"], "semanticProfile": "https://schema.org/Person",
    ],
]

/// A copy of a document with the value at a pointer replaced or, without a value, removed.
func changing(_ document: JSONValue, at pointer: JSONPointer, to value: JSONValue?) -> JSONValue {
    guard let token = pointer.tokens.first else { return value ?? .null }
    var copy = document
    let rest = JSONPointer(tokens: Array(pointer.tokens.dropFirst()))
    copy[token] = rest.tokens.isEmpty ? value : changing(document[token] ?? [:], at: rest, to: value)
    return copy
}

func makeEngine(_ design: JSONValue = personDesign, store: any EngineStore = MemoryEngineStore()) throws -> Engine {
    Engine(design: try Design(design), store: store)
}

extension Engine {
    /// Executes a command on a person.
    func person(
        _ command: String,
        id: String? = nil,
        _ payload: JSONValue = [:],
        requestID: String? = nil
    ) async throws -> EngineAnswer {
        try await execute(message(command, id: id, payload, requestID: requestID))
    }

    /// The persons that are there.
    func persons() async throws -> [JSONValue] {
        try await person("list").body?["result"]?.arrayValue ?? []
    }
}

func message(
    _ command: String,
    id: String? = nil,
    _ payload: JSONValue = [:],
    requestID: String? = nil
) -> JSONValue {
    var message: JSONValue = ["command": .string(command), "resource": "person", "payload": payload]
    message["id"] = id.map(JSONValue.string)
    message["requestId"] = requestID.map(JSONValue.string)
    return message
}

extension EngineAnswer {
    /// The body of an answer that is no refusal.
    var body: JSONValue? {
        if case .done(_, let body) = self { body } else { nil }
    }

    var result: JSONValue? { body?["result"] }

    /// Status and sentence, as a test names a refusal: "404 Resource not found: 7".
    var refusal: String? {
        if case .refused(let refusal) = self { refusal.description } else { nil }
    }
}
