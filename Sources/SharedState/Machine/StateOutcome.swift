import JSON

/// What a change came to.
struct StateOutcome: Sendable {
    /// The document as it is now; nil when there is none any more.
    let document: StateDocument?
    /// Its content.
    let content: JSONObject
    /// Whether the change made the document.
    let isNew: Bool
    /// The version of the last change under the id.
    let version: Int
    /// What to tell the followers; nil when nothing changed.
    let event: StateEvent?
    /// What there is when the change was made before, under its key: then nothing was done now.
    var known: StateSlot?
}

extension StateOutcome {
    /// Nothing is there and nothing changed.
    static func nothing(_ version: Int) -> StateOutcome {
        StateOutcome(document: nil, content: [:], isNew: false, version: version, event: nil)
    }

    /// The document is as it is wanted.
    static func unchanged(_ document: StateDocument, _ content: JSONObject) -> StateOutcome {
        StateOutcome(document: document, content: content, isNew: false, version: document.version, event: nil)
    }

    /// What a change came to that was made before.
    static func past(_ change: StateChange, _ document: StateDocument?, _ content: JSONObject) -> StateOutcome {
        StateOutcome(
            document: document,
            content: content,
            isNew: change.isCreation,
            version: change.version,
            event: nil
        )
    }

    /// The change was made before.
    static func known(_ slot: StateSlot) -> StateOutcome {
        var outcome = nothing(slot.version)
        outcome.known = slot
        return outcome
    }
}
