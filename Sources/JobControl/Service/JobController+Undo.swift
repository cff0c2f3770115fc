import Bus
import JSON

extension JobController {
    /// How many services are asked at once what undoing would do.
    private static let questionsAtOnce = 64

    /// What undoing a job would do.
    ///
    /// - Parameter step: the first step that is undone, by its name or its index; nil for the whole job.
    /// - Throws: a ``Problem``: 404 for an unknown job, 409 for one that has not ended, 400 for an unknown step.
    func undoPlan(_ id: String, to step: String?) async throws -> UndoPlan {
        let record = try await record(id)
        guard record.status.hasEnded else {
            throw Problem(.conflict, "The job has not ended: it is \(record.status.rawValue)")
        }
        let machine = try await journal.replay(id, options: configuration.machine)
        let first = try step.map { try Self.step($0, of: machine.document) }
        let version = machine.state.startedAt == nil ? nil : machine.state.versions.before(first)
        let tasks = machine.state.ledger.done.reversed().filter { $0.step >= first ?? 0 }
        return UndoPlan(
            jobID: id,
            step: first,
            state: version.map { (machine.stateID, $0) },
            items: UndoPlan.gradedInOrder(try await items(tasks, machine.state))
        )
    }

    /// Undoes a job that has ended; returns its status once that is in its journal.
    ///
    /// - Throws: as ``undoPlan(_:to:)``; a 409 ``Problem`` with the plan when tasks stand in the way and nobody insists.
    func undo(_ id: String, to step: String?, isForced: Bool, by: String?) async throws -> JobStatus {
        let plan = try await undoPlan(id, to: step)
        guard plan.obstacles.isEmpty || isForced else {
            let count = plan.obstacles.count == 1 ? "1 task" : "\(plan.obstacles.count) tasks"
            throw Problem(
                .conflict,
                "\(count) of job \(id) cannot be undone or would undo more than the job's work; force undoes the rest",
                members: ["plan": plan.json]
            )
        }
        let action = SteeringCommand.Action.undo(to: plan.step, spared: plan.irreversible, isForced: isForced)
        return try await steer(id, SteeringCommand(action, by: by))
    }

    private static func step(_ text: String, of document: JobDocument) throws(Problem) -> Int {
        if let index = document.steps.firstIndex(where: { $0.name == text }) { return index }
        if let index = Int(text), document.steps.indices.contains(index) { return index }
        throw Problem(.badRequest, "The job has no step '\(text)'")
    }

    private func items(_ tasks: [TaskID], _ state: JobState) async throws -> [UndoPlan.Item] {
        var grades: [TaskID: RequestGrade] = [:]
        try await withThrowingTaskGroup(of: (TaskID, RequestGrade).self) { group in
            for (index, task) in tasks.enumerated() {
                guard let run = state[task].run else { continue }
                let isUndone = state.ledger.reverted.contains(task)
                if index >= Self.questionsAtOnce, let (task, grade) = try await group.next() { grades[task] = grade }
                group.addTask { (task, try await self.grade(run, isUndone: isUndone)) }
            }
            for try await (task, grade) in group { grades[task] = grade }
        }
        return tasks.compactMap { task in
            guard let run = state[task].run, let grade = grades[task] else { return nil }
            let step = state.document.steps[task.step]
            return UndoPlan.Item(
                task: task,
                stepName: step.name,
                declared: state.document[task],
                run: run,
                grade: grade
            )
        }
    }

    private func grade(_ run: TaskRun, isUndone: Bool) async throws -> RequestGrade {
        if isUndone { return RequestGrade(.undone) }
        let contract = run.contract
        if contract.isSafe { return RequestGrade(.reversible, reason: "it changes nothing") }
        guard contract.hasRevert else { return RequestGrade(.irreversible, reason: "\(run.target.name) has no revert") }
        guard contract.hasInspect else { return Self.grade(by: contract) }
        do {
            return try await partners.inspect(run.requestID, at: run.target)
        } catch let failure as TaskFailure {
            var grade = Self.grade(by: contract)
            grade.reason = grade.reason ?? "as its contract says; \(failure.message)"
            return grade
        }
    }

    private static func grade(by contract: TaskContract) -> RequestGrade {
        guard contract.isReversible == false else { return RequestGrade(.reversible) }
        return RequestGrade(.irreversible, reason: "its service's contract says that it cannot be undone")
    }
}
