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

    /// - Throws: `CancellationError` when this process is going down, so that nothing is known of the action.
    func perform(_ action: JobAction) async throws -> JobInput {
        switch action {
        case .prepareState(let preparation): try await prepare(preparation)
        case .begin(let tasks, let readsState): try await begin(tasks, readingState: readsState)
        case .call(let call): .ended(call.task, try await self.call(call))
        case .revert(let call): .reverted(call.task, try await revert(call))
        case .end: throw CancellationError()
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
        case .success: .statePrepared(content: nil)
        case .failure(let failure): .statePreparationFailed(failure.message)
        }
    }

    private func call(_ call: TaskCall) async throws -> TaskEnd {
        do {
            let result = try await partners.call(call)
            let changes = try result.changes(by: document[call.task].storage)
            try await write(changes)
            return .completed(status: result.status, stored: changes.map(\.path), result: result.kept)
        } catch let failure as TaskFailure {
            return .failed(failure)
        }
    }

    /// - Throws: a ``TaskFailure`` of the task, whose service has done its work by then.
    private func write(_ changes: [StateChange]) async throws {
        guard !changes.isEmpty else { return }
        do {
            try await partners.write(changes, to: stateID, for: jobID)
        } catch let failure as TaskFailure {
            throw TaskFailure(failure.message, effect: .done)
        }
    }

    private func revert(_ call: TaskCall) async throws -> Result<Int, TaskFailure> {
        try await Self.result { try await partners.call(call).status }
    }

    private static func result<R>(_ body: () async throws -> R) async throws -> Result<R, TaskFailure> {
        do {
            return .success(try await body())
        } catch let failure as TaskFailure {
            return .failure(failure)
        }
    }
}
