import JSON

/// The design of an engine with all seven commands.
enum SampleDesign {
    static let person: JSONValue = [
        "title": "Person", "version": "1.0.0", "resourceType": "person",
        "resourceSchema": [
            "person": [
                "id": ["type": "string"], "name": ["type": "string"], "email": ["type": "string", "format": "email"],
                "status": ["type": "string", "enum": ["active", "inactive"]],
            ]
        ],
        "commands": [
            "create": command(
                required: ["name"],
                optional: ["id", "email", "status"],
                status: 201,
                reversible: true,
                rules: [["id": "generateIfMissing"]]
            ),
            "read": command(required: ["id"], safe: true),
            "update": command(required: ["id"], optional: ["name", "email", "status"], reversible: true),
            "delete": command(required: ["id"], returns: "none", status: 204, reversible: true),
            "list": command(returns: "array", safe: true),
            "filter": command(optional: ["name", "email", "status"], returns: "array", safe: true),
            "status": command(required: ["id", "status"], reversible: true),
        ],
        "serviceInfo": [
            "serviceName": "person", "description": "Keeps people", "tags": ["person"],
            "mediaTypes": ["application/json"],
        ],
    ]

    private static func command(
        required: [JSONValue] = [],
        optional: [JSONValue] = [],
        returns: String = "object",
        status: Int = 200,
        safe: Bool = false,
        reversible: Bool = false,
        rules: [JSONValue] = []
    ) -> JSONValue {
        [
            "inputs": ["required": .array(required), "optional": .array(optional), "rules": .array(rules)],
            "output": [
                "type": "person", "returns": .string(returns), "statusCode": .number(JSONNumber(status)),
            ],
            "transitionType": ["safe": .bool(safe), "idempotent": .bool(safe), "reversible": .bool(reversible)],
        ]
    }
}
