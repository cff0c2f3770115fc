import JSON
import Testing

@testable import JobControl

@Suite struct JobRevertTests {
    private let document = """
        {"state":"s","steps":[{"tasks":[{"tag":"a"}]},{"tasks":[{"tag":"b"},{"tag":"c"}]},{"tasks":[{"tag":"d"}]}]}
        """
    private let away = TaskFailure("not there", status: 503, effect: .none, kind: .noWorker)
    private let refused = TaskFailure("service answered 409: no", status: 409, effect: .none)

    /// A job whose third step has failed.
    private func failing() throws -> MachineHarness {
        var job = try MachineHarness(document)
        job.settle()
        job.complete(0, 0)
        job.complete(1, 1)
        job.complete(1, 0)
        job.fail(2, 0)
        return job
    }

    /// A job that has ended with the effect of its first task left.
    private func incomplete() throws -> MachineHarness {
        var job = try failing()
        job.revert()
        job.revert()
        job.revert(TaskID(0, 0), .failure(refused))
        return job
    }

    @Test func theTasksOfAStepAreRevertedTogetherAndStepsOneAfterAnother() throws {
        var job = try failing()
        #expect(job.reverts.map(\.task) == [TaskID(1, 0), TaskID(1, 1)])
        job.revert(TaskID(1, 1))
        #expect(job.reverts.map(\.task) == [TaskID(1, 0)])
        job.revert()
        #expect(job.reverts.map(\.task) == [TaskID(0, 0)])
    }

    @Test func aRevertThatMayPassIsSentAgainLater() throws {
        var job = try failing()
        job.revert(TaskID(1, 0), .failure(away))
        #expect(job.entries(.revertRetrying).map { $0.data["delayMs"] } == [1_000])
        job.revert()
        #expect(job.reverts == [])
        try job.wake()
        #expect(job.reverts.map(\.task) == [TaskID(1, 0)])
        job.revert(nil, .failure(away))
        #expect(job.entries(.revertFailed).map { $0.data["attempts"] } == [2])
        job.revert()
        #expect(job.machine.record.status == .revertIncomplete)
    }

    @Test func aRestartGoesOnWithRevertsAndTheirTimes() throws {
        var before = try failing()
        before.revert(TaskID(1, 0), .failure(away))
        var after = try MachineHarness(document, replaying: before.entries, at: 500)
        #expect(after.reverts.map(\.task) == [TaskID(1, 1)])
        after.revert()
        try after.wake()
        #expect(after.now == 1_000)
        #expect(after.reverts.map(\.task) == [TaskID(1, 0)])
    }

    @Test func aServiceWithoutRevertLeavesItsEffect() throws {
        let forms = ServiceForms(try .text(#"[{"rel":"execute"},{"rel":"repeat"}]"#))
        var job = try MachineHarness(document, forms: ["a": forms])
        job.settle()
        job.complete(0, 0)
        job.fail(1, 0)
        job.fail(1, 1)
        #expect(job.reverts == [])
        #expect(job.entries(.revertFailed).map { $0.data["error"] } == ["service-a has no revert"])
        #expect(job.machine.record.status == .revertIncomplete)
    }

    @Test func whatIsLeftIsRevertedWhenAPersonWantsIt() throws {
        let before = try incomplete()
        #expect(before.machine.state.ledger.left.map(\.subject) == [.task(TaskID(0, 0))])
        var job = try MachineHarness(
            document,
            replaying: before.entries,
            steering: .retryRevert(.task(TaskID(0, 0)))
        )
        #expect(job.machine.record.status == .reverting)
        #expect(job.machine.record.completedAt == nil)
        #expect(job.reverts.map(\.requestID) == ["request-0-0"])
        job.revert()
        #expect(job.machine.record.status == .failed)
        #expect(job.machine.record.error == "broken")
        #expect(job.types.suffix(3) == ["revert.started", "task.reverted", "job.failed"])
    }

    @Test func whatIsLeftMayBeDismissed() throws {
        let before = try incomplete()
        let job = try MachineHarness(document, replaying: before.entries, steering: .dismiss(.task(TaskID(0, 0))))
        #expect(job.machine.record.status == .failed)
        #expect(job.types.suffix(2) == ["revert.dismissed", "job.failed"])
        #expect(job.entries(.revertDismissed)[0].data["note"] == "because")
        #expect(job.entries(.revertDismissed)[0].data["by"] == "ada")
        #expect(throws: SteeringRefusal.self) {
            try MachineHarness(document, replaying: job.entries, steering: .dismiss(.task(TaskID(0, 0))))
        }
    }
}
