public import Bus
public import JSON

/// What an engine remembers of one request id, so that a request has its effect once and can be undone once.
///
/// Stored as JSON text (``json``), with ``requestID`` as the key and ``recordedAt`` for removing what is old.
public struct EngineReceipt: Sendable, Hashable {
    public enum State: String, Sendable, CaseIterable {
        /// A reversible custom command was begun and has not ended; after a crash its effect is not known.
        case started
        /// Done; the answer is sent again to whoever asks again.
        case executed
        /// Refused without effect. `repeat` gets the same answer, `execute` may try again.
        case refused
        /// Done, and undone since.
        case reverted
        /// The revert came first: the request must not have an effect any more.
        case revertedBefore
    }

    public var requestID: String

    /// The name of the command; empty when the revert came before it.
    public var command: String

    public var state: State
    public var answer: EngineAnswer?
    public var undo: EngineUndo?

    /// What a custom command was called with; its revert is called with the same.
    public var call: CommandCall?

    /// The resource that the command wrote; nil: none, or a custom command knows.
    public var resource: String?

    /// Who had written that resource before.
    public var previous: EngineMark?

    public var recordedAt: Timestamp

    public init(
        requestID: String,
        command: String,
        state: State,
        answer: EngineAnswer? = nil,
        undo: EngineUndo? = nil,
        call: CommandCall? = nil,
        resource: String? = nil,
        previous: EngineMark? = nil,
        recordedAt: Timestamp
    ) {
        self.requestID = requestID
        self.command = command
        self.state = state
        self.answer = answer
        self.undo = undo
        self.call = call
        self.resource = resource
        self.previous = previous
        self.recordedAt = recordedAt
    }
}

extension EngineReceipt {
    /// The receipt as a store keeps it.
    public var json: JSONValue {
        var members: JSONObject = [
            "requestId": .string(requestID), "command": .string(command), "state": .string(state.rawValue),
            "recordedAt": .string(recordedAt.description),
        ]
        members["answer"] = answer?.json
        members["undo"] = undo?.json
        members["call"] = call?.json
        members["resource"] = resource.map(JSONValue.string)
        members["previous"] = previous?.json
        return .object(members)
    }

    /// Reads what ``json`` made.
    ///
    /// - Throws: ``EngineStoreError`` when it is something else.
    public init(json: JSONValue) throws(EngineStoreError) {
        guard let requestID = json["requestId"]?.stringValue,
            let command = json["command"]?.stringValue,
            let state = json["state"]?.stringValue.flatMap(State.init),
            let recordedAt = json["recordedAt"]?.stringValue.flatMap({ Timestamp($0) })
        else { throw EngineStoreError("a receipt is damaged: \(json["requestId"] ?? .null)") }
        self.init(
            requestID: requestID,
            command: command,
            state: state,
            answer: try json["answer"].map(EngineAnswer.init(json:)),
            undo: try json["undo"].map(EngineUndo.init(json:)),
            call: try json["call"].map(CommandCall.init(json:)),
            resource: json["resource"]?.stringValue,
            previous: try json["previous"].map(EngineMark.init(json:)),
            recordedAt: recordedAt
        )
    }
}
