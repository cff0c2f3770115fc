public import Bus
public import JSON

/// What a command answers: a value, or a refusal that changed nothing.
public enum EngineAnswer: Sendable, Hashable {
    /// A status of 200–299 and the body, which is absent where the design says `none`.
    case done(Status, JSONValue?)

    /// A 4xx and its sentence.
    case refused(Refusal)

    public var status: Status {
        switch self {
        case .done(let status, _): status
        case .refused(let refusal): refusal.status
        }
    }

    /// The reply to the caller.
    public var reply: BusReply {
        switch self {
        case .done(let status, let body?): .json(body, status: status)
        case .done(let status, nil): .empty(status)
        case .refused(let refusal): refusal.problem.reply
        }
    }
}

extension EngineAnswer {
    var json: JSONValue {
        switch self {
        case .done(let status, let body):
            var members: JSONObject = ["status": JSONValue(status.rawValue)]
            members["body"] = body
            return .object(members)
        case .refused(let refusal):
            return [
                "status": JSONValue(refusal.status.rawValue), "error": .string(refusal.sentence),
                "members": .object(refusal.members),
            ]
        }
    }

    init(json: JSONValue) throws(EngineStoreError) {
        guard let number = json["status"]?.intValue, let code = UInt16(exactly: number) else {
            throw EngineStoreError("a receipt's answer is damaged: it has no status")
        }
        let status = Status(rawValue: code)
        if let sentence = json["error"]?.stringValue {
            self = .refused(Refusal(status, sentence, members: json["members"]?.objectValue ?? [:]))
        } else {
            self = .done(status, json["body"])
        }
    }
}
