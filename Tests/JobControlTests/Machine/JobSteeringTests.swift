import JSON
import Testing

@testable import JobControl

@Suite struct JobSteeringTests {
    private let document = #"{"state":"s","steps":[{"tasks":[{"tag":"a"},{"tag":"b"}]},{"tasks":[{"tag":"c"}]}]}"#

    private func started() throws -> MachineHarness {
        var job = try MachineHarness(document)
        job.settle()
        return job
    }

    @Test func cancellingCutsOffWhatRunsAndRevertsWhatWasDone() throws {
        var job = try started()
        job.complete(0, 0)
        try job.steer(.cancel(reverting: true))
        #expect(job.interrupts == [TaskID(0, 1)])
        #expect(
            job.entries(.jobCancelling)[0].data == [
                "jobId": "job-1", "reason": "because", "by": "ada", "revert": true,
            ]
        )
        job.interrupt(0, 1)
        #expect(job.reverts.map(\.task) == [TaskID(0, 1), TaskID(0, 0)])
        job.revert()
        job.revert()
        #expect(job.machine.record.status == .cancelled)
        #expect(job.machine.record.error == "The job was cancelled: because")
        guard case .failed(let error)? = job.outcome else {
            Issue.record("the job did not fail")
            return
        }
        #expect(error["status"] == "cancelled")
    }

    @Test func cancellingMayLeaveTheEffects() throws {
        var job = try started()
        job.complete(0, 0)
        try job.steer(.cancel(reverting: false))
        job.interrupt(0, 1)
        #expect(job.reverts == [])
        #expect(job.machine.record.status == .cancelled)
    }

    @Test func aQueuedJobIsCancelledWithoutBeginning() throws {
        let before = try started()
        let job = try MachineHarness(
            document,
            replaying: Array(before.entries.prefix(1)),
            steering: .cancel(reverting: true)
        )
        #expect(job.types == ["job.submitted", "job.cancelling", "job.cancelled"])
        #expect(job.machine.record.status == .cancelled)
    }

    @Test func aRestartGoesOnWithCancelling() throws {
        var before = try started()
        before.complete(0, 0)
        try before.steer(.cancel(reverting: true))
        let after = try MachineHarness(document, replaying: before.entries)
        #expect(after.calls == [])
        #expect(after.entries(.taskFailed).map { $0.data["effect"] } == ["unknown"])
        #expect(after.reverts.map(\.task) == [TaskID(0, 1), TaskID(0, 0)])
    }

    @Test func aPausedJobStartsNothingNew() throws {
        var job = try started()
        try job.steer(.pause)
        #expect(job.machine.record.status == .paused)
        job.complete(0, 0)
        job.complete(0, 1)
        #expect(job.calls == [])
        #expect(job.types.suffix(3) == ["job.paused", "task.completed", "task.completed"])
        try job.steer(.resume)
        job.settle()
        #expect(job.machine.record.status == .running)
        #expect(job.calls.map(\.task) == [TaskID(1, 0)])
    }

    @Test func aPausedJobHoldsItsReverts() throws {
        var job = try started()
        job.complete(0, 0)
        try job.steer(.pause)
        job.fail(0, 1)
        #expect(job.reverts == [])
        try job.steer(.resume)
        #expect(job.reverts.map(\.task) == [TaskID(0, 0)])
    }

    @Test func tasksThatWereAboutToBeginComeWhenTheJobGoesOn() throws {
        var job = try MachineHarness(document)
        try job.steer(.pause)
        job.settle()
        #expect(job.calls == [])
        try job.steer(.resume)
        job.settle()
        #expect(job.calls.map(\.task) == [TaskID(0, 0), TaskID(0, 1)])
    }

    @Test func aPauseOutlivesARestart() throws {
        var before = try started()
        try before.steer(.pause)
        before.complete(0, 0)
        before.complete(0, 1)
        let parked = try MachineHarness(document, replaying: before.entries)
        #expect(parked.actions == [])
        var resumed = try MachineHarness(document, replaying: before.entries, steering: .resume)
        resumed.settle()
        #expect(resumed.calls.map(\.task) == [TaskID(1, 0)])
    }

    @Test func whatMakesNoSenseIsRefused() throws {
        var job = try started()
        #expect(throws: SteeringRefusal.self) { try job.steer(.resume) }
        #expect(throws: SteeringRefusal.self) { try job.steer(.undo(to: nil, spared: [], isForced: false)) }
        try job.steer(.cancel(reverting: true))
        try job.steer(.cancel(reverting: true))
        #expect(job.entries(.jobCancelling).count == 1)
        #expect(throws: SteeringRefusal.self) { try job.steer(.pause) }
        job.interrupt(0, 0)
        job.interrupt(0, 1)
        #expect(throws: SteeringRefusal.self) { try job.steer(.cancel(reverting: false)) }
        job.revert()
        job.revert()
        for action in [SteeringCommand.Action.cancel(reverting: true), .pause, .resume] {
            #expect(throws: SteeringRefusal.self) { try job.steer(action) }
        }
    }
}
