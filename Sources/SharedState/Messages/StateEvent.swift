import Bus
import JSON

/// What happened to a document, before it is a message: the topic `state.<id>` tells it to whoever follows.
///
/// The sequence is the document's version, so followers see at once when they missed something.
struct StateEvent: Sendable, Hashable {
    enum Kind: String, Sendable {
        case created, changed, deleted
    }

    let kind: Kind
    let id: String
    let version: Int
    /// The change from the version before, as RFC 6902 has it; nil where it is too long to be told to everybody.
    let patch: JSONPatch?
    /// Who made the change, as they named themselves.
    let author: String?
    let time: Timestamp

    /// The event that the bus carries.
    func message(from source: String) -> Event {
        Event(
            topic: "state.\(id)",
            sequence: UInt64(version),
            type: "platform.state.\(kind.rawValue)",
            source: source,
            time: time,
            data: .object(data)
        )
    }

    private var data: JSONObject {
        var data: JSONObject = ["id": .string(id), "version": JSONValue(version)]
        if kind != .deleted { data["patch"] = patch?.json ?? .null }
        if let author { data["who"] = .string(author) }
        return data
    }
}
