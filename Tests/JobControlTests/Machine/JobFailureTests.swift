import JSON
import Testing

@testable import JobControl

@Suite struct JobFailureTests {
    private let threeSteps = """
        {"steps":[{"tasks":[{"tag":"a"},{"tag":"b"}]},{"tasks":[{"tag":"c","name":"third"}]},{"tasks":[{"tag":"d"}]}]}
        """

    @Test func whatCompletedIsRevertedTheLastOneFirst() throws {
        var job = try MachineHarness(threeSteps)
        job.settle()
        job.complete(0, 1)
        job.complete(0, 0)
        job.fail(1, 0, "refused")
        #expect(job.machine.record.status == .reverting)
        #expect(job.entries(.revertStarted)[0].data["tasks"] == 2)
        #expect(job.reverts.map(\.task) == [TaskID(0, 0), TaskID(0, 1)])
        #expect(job.reverts.map(\.operation) == [.revert, .revert])
        #expect(job.reverts.map(\.requestID) == ["request-0-0", "request-0-1"])
        job.revert()
        job.revert()
        #expect(job.machine.record.status == .failed)
        #expect(job.machine.record.error == "refused")
        #expect(job.machine.record.failedTask == "third")
        #expect(
            job.types.suffix(5) == ["task.failed", "revert.started", "task.reverted", "task.reverted", "job.failed"]
        )
    }

    @Test func theAnswerSaysWhatFailed() throws {
        var job = try MachineHarness(threeSteps)
        job.settle()
        job.complete(0, 0)
        job.fail(0, 1, "refused")
        job.revert(nil, .failure(TaskFailure("gone", status: 404, effect: .none)))
        #expect(job.machine.record.status == .revertIncomplete)
        let expected: JSONObject = [
            "status": "error", "task": "b", "error": "refused", "step": 0, "tag": "b", "service": "service-b",
            "statusCode": 400, "revertsFailed": 1,
        ]
        #expect(job.outcome == .failed(error: expected))
    }

    @Test func tasksThatRunAreAwaitedAndNoStepStarts() throws {
        var job = try MachineHarness(threeSteps)
        job.settle()
        job.fail(0, 0)
        #expect(job.reverts == [])
        #expect(job.outcome == nil)
        job.complete(0, 1)
        #expect(job.reverts.map(\.task) == [TaskID(0, 1)])
        #expect(!job.types.contains("step.completed"))
    }

    @Test func theRestOfASequentialStepIsNotStarted() throws {
        var job = try MachineHarness(#"{"steps":[{"mode":"sequential","tasks":[{"tag":"a"},{"tag":"b"}]}]}"#)
        job.settle()
        job.fail(0, 0)
        #expect(job.calls == [])
        #expect(job.machine.record.status == .failed)
    }

    @Test(arguments: [(TaskEffect.none, false), (.unknown, true), (.done, true)])
    func aFailedTaskIsRevertedUnlessItDidNothing(_ effect: TaskEffect, _ isReverted: Bool) throws {
        var job = try MachineHarness(threeSteps)
        job.settle()
        job.complete(0, 0)
        job.fail(0, 1, "broken", effect)
        #expect(job.reverts.map(\.task) == (isReverted ? [TaskID(0, 1), TaskID(0, 0)] : [TaskID(0, 0)]))
    }

    @Test func aRevertThatFailsIsRecordedAndDoesNotStopTheOthers() throws {
        var job = try MachineHarness(threeSteps)
        job.settle()
        job.complete(0, 0)
        job.complete(0, 1)
        job.fail(1, 0)
        job.revert(TaskID(0, 1), .failure(TaskFailure("service-b answered 409: no", status: 409, effect: .none)))
        #expect(job.reverts.map(\.task) == [TaskID(0, 0)])
        job.revert()
        let failed = try #require(job.entries(.revertFailed).first)
        #expect(failed.data["error"] == "service-b answered 409: no")
        #expect(failed.data["status"] == 409)
        #expect(job.machine.record.status == .revertIncomplete)
        #expect(job.machine.record.failedTask == "third")
        #expect(job.entries.last?.data["left"] == 1)
        #expect(job.entries.last?.data["wouldBe"] == "failed")
    }

    @Test func aTaskWithoutServiceFailsTheJob() throws {
        var job = try MachineHarness(#"{"steps":[{"tasks":[{"tag":"nobody"}]}]}"#)
        job.settle(missing: ["nobody"])
        #expect(job.machine.record.error == "No service found for tag nobody")
        #expect(job.machine.record.failedTask == "nobody")
        #expect(job.types.suffix(2) == ["task.failed", "job.failed"])
        #expect(job.outcome != nil)
    }

    @Test func tasksBesideOneWithoutServiceRunAndAreReverted() throws {
        var job = try MachineHarness(#"{"steps":[{"tasks":[{"tag":"nobody"},{"tag":"a"}]}]}"#)
        job.settle(missing: ["nobody"])
        #expect(job.calls.map(\.task) == [TaskID(0, 1)])
        job.complete(0, 1)
        job.revert()
        #expect(job.machine.record.failedTask == "nobody")
    }

    @Test func aStateDocumentThatCannotBeReadFailsTheTasksThatNeedIt() throws {
        var job = try MachineHarness(
            #"{"state":"s","steps":[{"tasks":[{"tag":"a","input":{"x":{"$fromState":"/v"}}}]}]}"#
        )
        let beginning = TaskBeginning(
            task: TaskID(0, 0),
            requestID: "r",
            target: .success(ServiceTarget(name: "a"))
        )
        job.tell(.begun([beginning], state: .failure(TaskFailure("no state", effect: .none))))
        #expect(job.machine.record.error == "no state")
        #expect(job.machine.record.status == .failed)
    }

    @Test func aStateDocumentThatCannotBeMadeFailsTheJob() throws {
        var job = try MachineHarness(#"{"state":"s","sharedState":{},"steps":[{"tasks":[{"tag":"a"}]}]}"#)
        job.tell(.statePreparationFailed("no state"))
        #expect(job.machine.record.status == .failed)
        #expect(job.machine.record.error == "no state")
        #expect(job.machine.record.failedTask == nil)
    }

    @Test func whatWasStartedButNotSentIsNotReverted() throws {
        var job = try MachineHarness(threeSteps)
        job.settle()
        job.tell(.statePreparationFailed("no state"))
        #expect(job.types.suffix(3) == ["task.failed", "task.failed", "job.failed"])
        #expect(job.machine.record.error == "no state")
    }
}
