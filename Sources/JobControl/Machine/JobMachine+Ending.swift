import JSON

/// How a job ends that did not end well: as what it would be, unless something is left that could not be undone.
extension JobMachine {
    /// Nothing runs, and nothing is to be undone any more.
    mutating func finish() {
        let end = intendedEnd
        guard state.ledger.left.isEmpty else { return leaveIncomplete(insteadOf: end) }
        switch end {
        case .undone: finish(.jobUndone, undoneFacts)
        case .cancelled: finish(.jobCancelled, cancelledFacts)
        default: finish(.jobFailed, failedFacts)
        }
    }

    /// What the job is once nothing is left of it.
    private var intendedEnd: JobStatus {
        if state.undoing != nil { return .undone }
        return state.cancellation == nil ? .failed : .cancelled
    }

    private mutating func leaveIncomplete(insteadOf end: JobStatus) {
        var data =
            switch end {
            case .undone: undoneFacts
            case .cancelled: cancelledFacts
            default: failedFacts
            }
        data["status"] = .string(JobStatus.revertIncomplete.rawValue)
        data["left"] = JSONValue(state.ledger.left.count)
        data["wouldBe"] = .string(end.rawValue)
        finish(.jobRevertIncomplete, data)
    }

    private mutating func finish(_ type: JobEntryType, _ data: JSONObject) {
        emit(type, data)
        transition.actions.append(.end(outcome))
    }

    mutating func fail(error: String, task: String?) {
        finish(.jobFailed, failedFacts(error, task))
    }

    private var failedFacts: JSONObject {
        let failure = state.failure ?? [:]
        return failedFacts(failure["error"]?.stringValue ?? "a task failed", taskLabel(in: failure))
    }

    private func failedFacts(_ error: String, _ task: String?) -> JSONObject {
        var data = factsOfEnd(.failed)
        data["error"] = .string(error)
        if let task { data["failedTask"] = .string(task) }
        return data
    }

    private var cancelledFacts: JSONObject {
        var data = factsOfEnd(.cancelled)
        let reason = state.cancellation?.reason.map { ": " + $0 } ?? ""
        data["error"] = .string("The job was cancelled" + reason)
        return data
    }

    private var undoneFacts: JSONObject {
        var data = factsOfEnd(.undone)
        if let step = state.undoing?.step { data["to"] = JSONValue(step) }
        return data
    }
}
