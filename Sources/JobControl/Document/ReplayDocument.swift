import JSON

/// The document of a job that goes on where another one was: the earlier steps do nothing and say why, and the state
/// document is a new one that begins with what the other's held then.
enum ReplayDocument {
    /// - Parameters:
    ///   - step: the first step that is run.
    ///   - content: what the state document begins with.
    ///   - parent: the job whose document it is.
    static func goingOn(
        from step: Int,
        of document: JSONValue,
        with content: JSONObject,
        parent: String
    ) -> JSONValue {
        var document = document
        for member in ["jobId", "state", "sharedStateURL"] { document[member] = nil }
        document["sharedState"] = .object(content)
        let steps = document["steps"]?.arrayValue ?? []
        document["steps"] = .array(
            steps.enumerated().map { index, value in index < step ? skipped(value, doneBy: parent) : value }
        )
        return document
    }

    private static func skipped(_ step: JSONValue, doneBy parent: String) -> JSONValue {
        var step = step
        step["enabled"] = false
        step["skipReason"] = .string("job \(parent) has done it")
        return step
    }
}
