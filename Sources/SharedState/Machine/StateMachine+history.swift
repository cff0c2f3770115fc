import Bus
import JSON

/// What the history keeps of a change.
extension StateMachine {
    /// The record of a change that leaves a document.
    ///
    /// - Parameter patch: from the content before to the content after; nil when it is too long.
    func change(
        _ request: StateRequest,
        _ slot: StateSlot,
        from old: JSONObject?,
        to new: JSONObject,
        making document: StateDocument,
        _ patch: JSONPatch?
    ) -> StateChange {
        StateChange(
            version: document.version,
            time: document.lastModified,
            createdAt: document.createdAt,
            author: request.author,
            key: request.key,
            patch: patch.flatMap(kept),
            inverse: inverse(from: new, to: old, slot.document)
        )
    }

    /// The record of a removal.
    func removal(_ request: StateRequest, of document: StateDocument, at time: Timestamp) -> StateChange {
        StateChange(
            version: document.version + 1,
            time: time,
            createdAt: document.createdAt,
            author: request.author,
            key: request.key,
            patch: StateChange.removal,
            inverse: whole(document.content)
        )
    }

    /// The way back to the very text that was there; the whole of it where a patch would be too long.
    private func inverse(from new: JSONObject, to old: JSONObject?, _ document: StateDocument?) -> [UInt8]? {
        guard let old, let document else { return StateChange.removal }
        let patch = JSONPatch.difference(from: .object(new), to: .object(old), exactly: true)
        return kept(patch) ?? whole(document.content)
    }

    private func kept(_ patch: JSONPatch) -> [UInt8]? {
        let text = patch.json.serialized()
        return text.count <= history.patch ? text : nil
    }

    /// A patch that makes a content of anything.
    private func whole(_ content: [UInt8]) -> [UInt8]? {
        guard content.count <= history.content else { return nil }
        return Array(#"[{"op":"add","path":"","value":"#.utf8) + content + Array("}]".utf8)
    }
}
