import Bus
import JSON

/// A task that was started: all that is needed to send it again or to revert it.
struct TaskRun: Sendable {
    var target: ServiceTarget
    var requestID: String
    var input: JSONObject
    var contract = TaskContract()
    var attempt = 1
    var startedAt: Timestamp
    /// Whether an earlier attempt may have been carried out.
    var mayHaveRun = false
    /// When the attempt is due that follows one that failed; nil for one that was sent at once.
    var retryAt: Timestamp?
    /// What the attempt before met.
    var lastFailure: TaskFailure?
}

extension TaskRun {
    /// Reads a `task.started` entry; `input` is the document's, which counts where the entry has none of its own.
    init(_ entry: JobEntry, input: JSONObject) {
        let service = entry.data["service"]?.stringValue ?? ""
        self.init(
            target: ServiceTarget(name: service, registryID: entry.data["registryID"]?.stringValue),
            requestID: entry.data["requestId"]?.stringValue ?? "",
            input: entry.payload?.objectValue ?? input,
            contract: TaskContract(entry.data["contract"]),
            attempt: entry.data["attempt"]?.intValue ?? 1,
            startedAt: entry.time
        )
    }

    /// Takes what a `task.retrying` entry says.
    mutating func retry(_ entry: JobEntry) {
        attempt = entry.data["attempt"]?.intValue ?? attempt + 1
        // Without an effect the journal does not know what became of the attempt before.
        let effect = entry.data["effect"]?.stringValue.flatMap(TaskEffect.init) ?? .unknown
        if effect != .none { mayHaveRun = true }
        retryAt = entry.data["at"]?.stringValue.flatMap { Timestamp($0) }
        lastFailure = entry.data["error"]?.stringValue.map {
            TaskFailure($0, status: entry.data["status"]?.intValue, effect: effect)
        }
    }
}
