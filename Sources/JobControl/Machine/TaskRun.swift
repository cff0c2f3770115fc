import Bus
import JSON

/// A task that was started: all that is needed to send it again or to revert it.
struct TaskRun: Sendable {
    var target: ServiceTarget
    var requestID: String
    var input: JSONObject
    var attempt = 1
    var startedAt: Timestamp
}
