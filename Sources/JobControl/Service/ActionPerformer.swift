import Bus
import JSON

/// Carries out one action of a job's machine with the help of the job's partners, and says how it ended.
///
/// Holds nothing that changes, so calls that are under way share it.
struct ActionPerformer: Sendable {
    let jobID: String
    let stateID: String
    let document: JobDocument
    let partners: any JobPartners

    /// - Throws: `CancellationError` when the action was cut off, so that nothing is known of it.
    func perform(_ action: JobAction) async throws -> JobInput {
        switch action {
        case .prepareState(let preparation): try await prepare(preparation)
        case .begin(let tasks, let readsState): try await begin(tasks, readingState: readsState)
        case .call(let call): .ended(call.task, try await self.call(call))
        case .revert(let call): .reverted(call.task, try await revert(call))
        case .restoreState(let version): .stateRestored(try await restore(version))
        case .interrupt, .end: throw CancellationError()
        }
    }

    /// Looks for the tasks' services, and reads the state document once for all of them.
    func begin(_ tasks: [TaskID], readingState: Bool) async throws -> JobInput {
        var beginnings: [TaskBeginning] = []
        for task in tasks {
            let target = try await Self.result { try await partners.find(document[task]) }
            beginnings.append(TaskBeginning(task: task, requestID: UUIDv7.make(), target: target))
        }
        guard readingState else { return .begun(beginnings, state: nil) }
        let state = try await Self.result { try await partners.readState(stateID) }
        // Whatever became of reading, the tasks' services were not asked.
        return .begun(beginnings, state: state.mapError { TaskFailure($0.message, effect: .none) })
    }

    private func prepare(_ preparation: StatePreparation) async throws -> JobInput {
        switch try await Self.result({ try await partners.prepare(preparation, for: jobID) }) {
        case .success(let version): .statePrepared(content: nil, version: version)
        case .failure(let failure): .statePreparationFailed(failure.message)
        }
    }

    private func call(_ call: TaskCall) async throws -> TaskEnd {
        do {
            let result = try await partners.call(call, for: jobID)
            let changes = try result.changes(by: document[call.task].storage)
            let stored = try await write(changes, of: call.task)
            return .completed(status: result.status, stored: stored, result: result.kept)
        } catch let failure as TaskFailure {
            return .failed(failure)
        }
    }

    /// - Throws: a ``TaskFailure`` of the task, whose service has done its work by then.
    private func write(_ changes: [StateChange], of task: TaskID) async throws -> [StoredValue] {
        var stored: [StoredValue] = []
        for (index, change) in changes.enumerated() {
            let key = "\(jobID)/\(task.step).\(task.task)/\(index)"
            do {
                let version = try await partners.write(change, to: stateID, for: jobID, key: key)
                stored.append(StoredValue(path: change.path, version: version))
            } catch let failure as TaskFailure {
                var failure = TaskFailure(failure.message, effect: .done)
                failure.stateVersion = stored.first?.version
                throw failure
            }
        }
        return stored
    }

    private func revert(_ call: TaskCall) async throws -> Result<Int, TaskFailure> {
        try await Self.result { try await partners.call(call, for: jobID).status }
    }

    private func restore(_ version: Int) async throws -> TaskFailure? {
        do {
            try await partners.restoreState(stateID, to: version, for: jobID)
            return nil
        } catch let failure as TaskFailure {
            return failure
        }
    }

    private static func result<R>(_ body: () async throws -> R) async throws -> Result<R, TaskFailure> {
        do {
            return .success(try await body())
        } catch let failure as TaskFailure {
            return .failure(failure)
        }
    }
}
