public import JSON

/// What is done to the state document before the first step.
public enum StatePreparation: Sendable, Hashable {
    /// Make it; that it exists already means that it was made before a restart.
    case create(id: String, content: JSONObject)
    /// Merge these members into it.
    case merge(id: String, content: JSONObject)
}
