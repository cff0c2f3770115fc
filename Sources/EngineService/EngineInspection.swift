import JSON

/// What a revert of a request would come to, without doing it.
struct EngineInspection: Sendable, Hashable {
    enum Grade: String, Sendable {
        /// `revert` takes back what the request did, if it did anything.
        case reversible
        /// What the request did stays.
        case irreversible
        /// It has been reverted, or it was refused: nothing of it is there.
        case undone
        /// Another request that stands wrote the same resource later; `revert` takes back what this one changed.
        case changed
        /// Nothing is remembered of the request.
        case unknown
    }

    let requestID: String
    var command: String?
    let grade: Grade
    /// Who wrote the resource last.
    var changedBy: EngineMark?
    /// Why it is so: a sentence for people.
    var reason: String?

    /// `{ requestId, command?, grade, changedBy?: { requestId?, client? }, reason? }`.
    var json: JSONValue {
        var members: JSONObject = ["requestId": .string(requestID)]
        members["command"] = command.map(JSONValue.string)
        members["grade"] = .string(grade.rawValue)
        members["changedBy"] = changedBy.map { mark in
            var writer: JSONObject = [:]
            writer["requestId"] = mark.requestID.map(JSONValue.string)
            writer["client"] = mark.client.map(JSONValue.string)
            return .object(writer)
        }
        members["reason"] = reason.map(JSONValue.string)
        return .object(members)
    }
}
