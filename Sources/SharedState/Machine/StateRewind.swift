import Bus
import JSON

/// A document on its way back through its history, from the newest change to an older version.
///
/// What a document was at a version never changes, so it may be found out without holding up its writers.
struct StateRewind: Sendable {
    let id: String
    /// The version that was reached.
    private(set) var version: Int
    /// The content at that version; nil when there was no document.
    private(set) var content: JSONObject?
    /// When the document of that version was made; nil when there was none.
    private(set) var createdAt: Timestamp?

    /// Starts at what is there now.
    init(_ slot: StateSlot, id: String) throws(Problem) {
        self.id = id
        version = slot.version
        createdAt = slot.document?.createdAt
        content = try slot.document.map { document throws(Problem) in try StateMachine.content(document) }
    }

    /// Goes back by one change, which must be the one that made the version that was reached.
    ///
    /// - Throws: a 409 problem when it is another one, or when the way back over it was not kept.
    mutating func undo(_ change: StateChange) throws(Problem) {
        guard change.version == version, let inverse = change.inverse else { throw .historyEnds(id, at: version) }
        version -= 1
        if change.isCreation {
            (content, createdAt) = (nil, nil)
        } else {
            content = try applying(inverse)
            createdAt = change.createdAt
        }
    }

    private func applying(_ inverse: [UInt8]) throws(Problem) -> JSONObject {
        let before = content.map(JSONValue.object) ?? .null
        guard let patch = try? JSONPatch(JSONValue(parsing: inverse)),
            let content = try? patch.applied(to: before).objectValue
        else {
            throw Problem(.internalServerError, "The history of the state document '\(id)' is damaged at \(version).")
        }
        return content
    }
}
