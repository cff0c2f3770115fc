public import JSON

/// What a client sends: `{ command, resource, id?, payload?, metadata?, requestId? }`.
public struct CommandMessage: Sendable, Hashable {
    public var command: String
    public var resource: String
    public var id: String?
    public var payload: JSONObject
    public var metadata: JSONObject?

    /// Names the request: the same for every attempt of it, and what `repeat` and `revert` refer to.
    public var requestID: String?

    public init(
        command: String,
        resource: String,
        id: String? = nil,
        payload: JSONObject = [:],
        metadata: JSONObject? = nil,
        requestID: String? = nil
    ) {
        self.command = command
        self.resource = resource
        self.id = id
        self.payload = payload
        self.metadata = metadata
        self.requestID = requestID
    }
}

extension CommandMessage {
    public var json: JSONValue {
        var members: JSONObject = ["command": .string(command), "resource": .string(resource)]
        members["id"] = id.map(JSONValue.string)
        members["payload"] = payload.isEmpty ? nil : .object(payload)
        members["metadata"] = metadata.map(JSONValue.object)
        members["requestId"] = requestID.map(JSONValue.string)
        return .object(members)
    }

    /// Reads a message; `input` is the payload where there is no `payload`, and null is as good as absent.
    ///
    /// - Throws: ``Refusal`` 400 `Invalid command message format`, with the pointer of the fault.
    public init(_ json: JSONValue) throws(Refusal) {
        let members = try CommandMembers(json)
        self.init(
            command: try members.requiredText("command"),
            resource: try members.requiredText("resource"),
            id: try members.text("id", limit: 1_024),
            payload: try members.payload(),
            metadata: try members.object("metadata"),
            requestID: try Self.requestID(in: json)
        )
    }

    /// The request id of something that need not be a whole message: `repeat` and `revert` may send nothing else.
    static func requestID(in json: JSONValue) throws(Refusal) -> String? {
        try CommandMembers(json).text("requestId", limit: 256)
    }
}

/// The members of a command message, read with the faults that clients see.
private struct CommandMembers {
    /// Answers and receipts wrap what was sent, and must stay below the limit of the JSON reader.
    private static let depthLimit = JSONValue.depthLimit - 16

    private let members: JSONObject

    init(_ json: JSONValue) throws(Refusal) {
        guard let members = json.objectValue else { throw .malformed("", "must be an object") }
        guard json.depth <= Self.depthLimit else {
            throw .malformed("", "must not be nested more than \(Self.depthLimit) levels deep")
        }
        self.members = members
    }

    func requiredText(_ name: String) throws(Refusal) -> String {
        guard let text = members[name]?.stringValue, !text.isEmpty else {
            throw .malformed("/\(name)", "must be a string that is not empty")
        }
        return text
    }

    /// A string of at most `limit` bytes of UTF-8; nil when it is absent, null or empty.
    func text(_ name: String, limit: Int) throws(Refusal) -> String? {
        guard let value = present(name) else { return nil }
        guard let text = value.stringValue, text.utf8.count <= limit else {
            throw .malformed("/\(name)", "must be a string of at most \(limit) bytes")
        }
        return text.isEmpty ? nil : text
    }

    func object(_ name: String) throws(Refusal) -> JSONObject? {
        guard let value = present(name) else { return nil }
        guard let object = value.objectValue else { throw .malformed("/\(name)", "must be an object") }
        return object
    }

    func payload() throws(Refusal) -> JSONObject {
        if let payload = try object("payload") { return payload }
        return try object("input") ?? [:]
    }

    private func present(_ name: String) -> JSONValue? {
        members[name].flatMap { $0.isNull ? nil : $0 }
    }
}
