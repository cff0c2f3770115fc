public import JSON

/// A command message that was accepted: every input is declared and valid, defaults and generated ids are filled in.
public struct CommandCall: Sendable, Hashable {
    public let command: String

    /// The resource that is meant; nil where the command needs none.
    public let id: String?

    /// The inputs, without `id`.
    public let inputs: JSONObject

    public let metadata: JSONObject?
    public let requestID: String?
}

extension CommandCall {
    var json: JSONValue {
        var members: JSONObject = ["command": .string(command), "inputs": .object(inputs)]
        members["id"] = id.map(JSONValue.string)
        members["metadata"] = metadata.map(JSONValue.object)
        members["requestId"] = requestID.map(JSONValue.string)
        return .object(members)
    }

    init(json: JSONValue) throws(EngineStoreError) {
        guard let command = json["command"]?.stringValue, let inputs = json["inputs"]?.objectValue else {
            throw EngineStoreError("a receipt's call is damaged: it has no command or no inputs")
        }
        self.init(
            command: command,
            id: json["id"]?.stringValue,
            inputs: inputs,
            metadata: json["metadata"]?.objectValue,
            requestID: json["requestId"]?.stringValue
        )
    }
}
