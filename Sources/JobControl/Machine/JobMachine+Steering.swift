import JSON

/// What a person wants of the job: a refusal, or the entry that says so.
extension JobMachine {
    mutating func obey(_ command: SteeringCommand) throws(SteeringRefusal) {
        switch command.action {
        case .cancel(let reverts): try cancel(command, reverts)
        case .pause: try pause(command)
        case .resume: try resume(command)
        case .undo(let step, let spared, let isForced): try undo(command, step, spared, isForced)
        case .retryRevert(let subject): try retry(command, subject)
        case .dismiss(let subject): try dismiss(command, subject)
        }
    }

    private func facts(of command: SteeringCommand, note: String = "reason") -> JSONObject {
        var data: JSONObject = ["jobId": .string(id)]
        if let reason = command.reason { data[note] = .string(reason) }
        if let by = command.by { data["by"] = .string(by) }
        return data
    }

    private mutating func cancel(_ command: SteeringCommand, _ reverts: Bool) throws(SteeringRefusal) {
        try refuseWhenEnded()
        if state.record.status == .reverting {
            guard reverts else { throw SteeringRefusal("The job is being reverted already") }
            return
        }
        guard state.cancellation == nil else { return }
        var data = facts(of: command)
        data["revert"] = .bool(reverts)
        emit(.jobCancelling, data)
        if isReady { interruptRunningTasks() }
    }

    private mutating func pause(_ command: SteeringCommand) throws(SteeringRefusal) {
        try refuseWhenEnded()
        if state.record.status == .reverting {
            throw SteeringRefusal("The job is being reverted, and cannot be paused")
        }
        if state.cancellation != nil { throw SteeringRefusal("The job is being cancelled, and cannot be paused") }
        guard state.pause == nil else { return }
        emit(.jobPaused, facts(of: command))
    }

    private mutating func resume(_ command: SteeringCommand) throws(SteeringRefusal) {
        try refuseWhenEnded()
        guard state.pause != nil else { throw SteeringRefusal("The job is not paused") }
        emit(.jobResumed, facts(of: command))
    }

    private func refuseWhenEnded() throws(SteeringRefusal) {
        guard state.record.status.hasEnded else { return }
        throw SteeringRefusal("The job has ended: it is \(state.record.status.rawValue)")
    }
}

// MARK: After the end

extension JobMachine {
    private mutating func undo(
        _ command: SteeringCommand,
        _ step: Int?,
        _ spared: [TaskID],
        _ isForced: Bool
    ) throws(SteeringRefusal) {
        guard state.record.status.hasEnded else {
            throw SteeringRefusal("The job has not ended: it is \(state.record.status.rawValue)")
        }
        var data = facts(of: command)
        if let step {
            data["to"] = JSONValue(step)
            if let name = state.document.steps[step].name { data["name"] = .string(name) }
        }
        data["force"] = .bool(isForced)
        let standing = state.ledger.standing(from: step ?? 0)
        data["tasks"] = JSONValue(standing.filter { !spared.contains($0) }.count)
        if !spared.isEmpty { data["spared"] = .array(spared.map(\.json)) }
        if state.startedAt != nil, let version = state.versions.before(step) {
            data["stateVersion"] = JSONValue(version)
        }
        emit(.undoStarted, data)
    }

    private mutating func retry(_ command: SteeringCommand, _ subject: Leftover.Subject) throws(SteeringRefusal) {
        var data = try facts(of: command, about: subject)
        data["retry"] = true
        data["tasks"] = JSONValue(subject.isTask ? 1 : 0)
        emit(.revertStarted, data)
    }

    private mutating func dismiss(_ command: SteeringCommand, _ subject: Leftover.Subject) throws(SteeringRefusal) {
        emit(.revertDismissed, try facts(of: command, about: subject))
        finish()
    }

    /// - Throws: ``SteeringRefusal`` when nothing of the kind is left, or the job is being reverted.
    private func facts(
        of command: SteeringCommand,
        about subject: Leftover.Subject
    ) throws(SteeringRefusal) -> JSONObject {
        guard state.ledger.left.contains(where: { $0.subject == subject }) else {
            throw SteeringRefusal("Nothing is left of that to settle", reason: .unknown)
        }
        guard state.record.status.hasEnded else { throw SteeringRefusal("The job is being reverted") }
        var data = facts(of: command, note: "note")
        switch subject {
        case .task(let task):
            data.merge(facts(of: task))
            if let run = state[task].run { data["requestId"] = .string(run.requestID) }
        case .state:
            data["state"] = .string(state.stateID)
            if let version = state.versions.before(state.undoing?.step) { data["version"] = JSONValue(version) }
        }
        return data
    }
}
