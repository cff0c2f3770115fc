import JSON

/// What a change came to.
struct StateOutcome: Sendable {
    /// The document as it is now; nil when there is none any more.
    let document: StateDocument?
    /// Its content.
    let content: JSONObject
    /// Whether the change made the document.
    let isNew: Bool
    /// What to tell the followers; nil when nothing changed.
    let event: StateEvent?
}
