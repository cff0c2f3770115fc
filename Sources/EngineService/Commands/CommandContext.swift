public import JSON

/// What a developer-defined command is given.
public struct CommandContext: Sendable {
    /// The name in the design.
    public let command: String

    /// The resource that is meant; nil when the message names none.
    public let id: String?

    /// The declared inputs, with defaults filled in and checked against the resource's fields.
    public let inputs: JSONObject

    public let metadata: JSONObject?

    /// Names the request, the same for every attempt. Pass it on to what must not be done twice.
    public let requestID: String?

    /// Whether the caller wants what a repetition may do: overwrite what is there, delete what is gone.
    public let isRepeated: Bool

    /// Where the engine's resources are kept.
    ///
    /// A write is a transaction of its own: it stands also when the command fails afterwards.
    public let store: any EngineStore

    /// The input of that name, or nil.
    public subscript(_ input: String) -> JSONValue? { inputs[input] }

    init(_ call: CommandCall, isRepeated: Bool, store: any EngineStore) {
        command = call.command
        id = call.id
        inputs = call.inputs
        metadata = call.metadata
        requestID = call.requestID
        self.isRepeated = isRepeated
        self.store = store
    }
}
