public import JSON

/// How a job ended.
public enum JobOutcome: Sendable, Hashable {
    case completed
    /// With the `error` object that `POST /run-job` answers.
    case failed(error: JSONObject)
}
