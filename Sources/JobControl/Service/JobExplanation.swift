import Bus
import JSON

/// Why a job is not moving: what it waits for, since when, and in a sentence.
struct JobExplanation: Sendable {
    var waitingFor: String
    var since: Timestamp
    var nextRetryAt: Timestamp?
    var sentence: String
    /// The job-control that holds the job; nil when none does.
    var owner: String?
    /// Who can say more of it.
    var elsewhere: JobElsewhere?

    var json: JSONValue {
        var object: JSONObject = ["waitingFor": .string(waitingFor), "since": .string(since.description)]
        if let nextRetryAt { object["nextRetryAt"] = .string(nextRetryAt.description) }
        if let owner { object["owner"] = .string(owner) }
        object["sentence"] = .string(sentence)
        return .object(object)
    }
}

extension JobExplanation {
    /// As the journal tells it.
    ///
    /// - Parameter position: how many jobs are before it in the line; nil when it does not stand there.
    init(_ state: JobState, position: Int?, at now: Timestamp) {
        let since = state.lastEntryAt
        let status = state.record.status
        switch status {
        case .queued:
            self.init(waitingFor: "turn", since: state.record.createdAt, sentence: Self.queued(position))
        case .paused:
            let reason = state.pause?.reason.map { " (\($0))" } ?? ""
            self.init(
                waitingFor: "resume",
                since: state.pause?.since ?? since,
                sentence: "The job is paused\(reason) until somebody resumes it."
            )
        case .running: self.init(running: state, at: now)
        case .reverting: self.init(reverting: state, at: now)
        case .revertIncomplete:
            let count = state.ledger.left.count
            self.init(
                waitingFor: "inbox",
                since: since,
                sentence: "The job has ended, but \(count) of its effects could not be undone: see the inbox."
            )
        case .completed, .failed, .cancelled, .undone:
            self.init(waitingFor: "nothing", since: since, sentence: "The job has ended: it is \(status.rawValue).")
        }
    }

    private init(waitingFor: String, since: Timestamp, sentence: String) {
        self.waitingFor = waitingFor
        self.since = since
        self.sentence = sentence
    }

    private static func queued(_ position: Int?) -> String {
        guard let position, position > 0 else { return "The job waits for its turn and is the next." }
        return "The job waits for its turn; \(position) \(position == 1 ? "job is" : "jobs are") before it."
    }

    private init(running state: JobState, at now: Timestamp) {
        let running = state.runningTasks
        let isCancelling = state.cancellation != nil
        guard let (task, run) = running.min(by: { $0.run.startedAt < $1.run.startedAt }) else {
            self.init(
                waitingFor: isCancelling ? "cancellation" : "state",
                since: state.lastEntryAt,
                sentence: isCancelling
                    ? "The job is being cancelled." : "The job waits for its state document or for its services."
            )
            return
        }
        let others = running.count > 1 ? " (and \(running.count - 1) more)" : ""
        let retries = running.compactMap(\.run.retryAt).filter { $0 > now }
        if retries.count == running.count, let next = retries.min(), !isCancelling {
            let error = run.lastFailure?.message ?? "its last attempt failed"
            self.init(
                waitingFor: "retry",
                since: run.startedAt,
                sentence: "\(state.name(of: task))\(others) waits for attempt \(run.attempt): \(error)."
            )
            nextRetryAt = next
            return
        }
        self.init(
            waitingFor: isCancelling ? "cancellation" : "answer",
            since: run.startedAt,
            sentence: "\(state.name(of: task))\(others) waits for \(run.target.name) to answer attempt \(run.attempt)."
        )
        nextRetryAt = retries.min()
    }

    private init(reverting state: JobState, at now: Timestamp) {
        let next = state.ledger.retryAt.values.filter { $0 > now }.min()
        let count = state.ledger.pending.count
        let what = count == 0 ? "its state document to be put back" : "\(count) of its tasks to be undone"
        self.init(
            waitingFor: next == nil ? "revert" : "revert-retry",
            since: state.lastEntryAt,
            sentence: "The job waits for \(what)\(next == nil ? "." : "; the last attempt failed.")"
        )
        nextRetryAt = next
    }
}

extension JobState {
    fileprivate var runningTasks: [(task: TaskID, run: TaskRun)] {
        guard tasks.indices.contains(currentStep) else { return [] }
        return tasks[currentStep].enumerated().compactMap { index, progress in
            guard case .running(let run) = progress else { return nil }
            return (TaskID(step: currentStep, task: index), run)
        }
    }

    fileprivate func name(of task: TaskID) -> String {
        "Task '\(document[task].label)' of step \(document.steps[task.step].name ?? String(task.step))"
    }
}

extension JobController {
    /// Why a job is not moving.
    ///
    /// - Throws: a 404 ``Problem``; what the store throws.
    func explain(_ id: String) async throws -> JobExplanation {
        let record = try await record(id)
        let state = try await journal.replay(id, options: configuration.machine).state
        var explanation = JobExplanation(state, position: slots.position(of: id), at: .now)
        if record.status.hasEnded { return explanation }
        let holder = jobs.link(to: id) == nil ? try await journal.leases.holder(of: id) : owner
        explanation.owner = holder
        if record.status == .queued, let holder, holder != owner {
            explanation.elsewhere = JobElsewhere(jobID: id, owner: holder)
        }
        return explanation
    }
}
