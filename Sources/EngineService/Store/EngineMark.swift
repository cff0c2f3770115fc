public import Bus
import JSON

/// Who wrote a resource last, of those whose writing stands: so it is known at once whether somebody changed it since
/// a request did.
///
/// It is kept beside the resource and outlives it: a deletion is a writing too.
public struct EngineMark: Sendable, Hashable {
    /// The request that wrote it; nil when it had no id.
    public var requestID: String?

    /// Who asked for it, as they named themselves.
    public var client: String?

    public var recordedAt: Timestamp

    public init(requestID: String?, client: String?, recordedAt: Timestamp) {
        self.requestID = requestID
        self.client = client
        self.recordedAt = recordedAt
    }
}

extension EngineMark {
    var json: JSONValue {
        var members: JSONObject = ["recordedAt": .string(recordedAt.description)]
        members["requestId"] = requestID.map(JSONValue.string)
        members["client"] = client.map(JSONValue.string)
        return .object(members)
    }

    init(json: JSONValue) throws(EngineStoreError) {
        guard let recordedAt = json["recordedAt"]?.stringValue.flatMap({ Timestamp($0) }) else {
            throw EngineStoreError("a receipt's mark is damaged: it has no time")
        }
        self.init(
            requestID: json["requestId"]?.stringValue,
            client: json["client"]?.stringValue,
            recordedAt: recordedAt
        )
    }
}
