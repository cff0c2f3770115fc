import JSON
import Testing

@testable import JobControl

@Suite struct JobTimeLimitTests {
    private func document(job: String = "", step: String = "") -> String {
        #"{"state":"s",\#(job)"steps":[{\#(step)"tasks":[{"tag":"a"},{"tag":"b","timeout":"PT3S"}]}]}"#
    }

    private func started(_ document: String) throws -> MachineHarness {
        var job = try MachineHarness(document)
        job.settle()
        return job
    }

    @Test func aTasksTimeoutGoesWithItsCall() throws {
        let job = try started(document())
        #expect(job.calls.map(\.timeout) == [nil, .seconds(3)])
        #expect(job.machine.wakeUpAt == nil)
    }

    @Test(arguments: [(#""timeout":"PT5S","#, "", "job"), ("", #""timeout":5000,"#, "step")])
    func aTimeoutCutsOffWhatRunsAndRevertsIt(_ job: String, _ step: String, _ whose: String) throws {
        var job = try started(document(job: job, step: step))
        #expect(job.machine.wakeUpAt == .at(5_000))
        try job.wake()
        #expect(job.interrupts == [TaskID(0, 0), TaskID(0, 1)])
        job.interrupt(0, 0)
        job.complete(0, 1)  // its answer was on its way
        #expect(job.entries(.taskFailed).map { $0.data["effect"] } == ["unknown"])
        #expect(job.reverts.map(\.task) == [TaskID(0, 1), TaskID(0, 0)])
        job.revert()
        job.revert()
        #expect(job.machine.record.status == .failed)
        #expect(job.machine.record.error == "The timeout of the \(whose) (5 s) passed")
    }

    @Test func aJobThatIsDoneInTimeIsNotCutOff() throws {
        var job = try started(document(step: #""timeout":5000,"#))
        job.complete(0, 0)
        job.now = 5_000
        job.complete(0, 1)
        #expect(job.outcome == .completed)
    }

    @Test func aRestartAfterTheTimeoutSendsNothingAgain() throws {
        let before = try started(document(job: #""timeout":"PT5S","#))
        let after = try MachineHarness(document(job: #""timeout":"PT5S","#), replaying: before.entries, at: 6_000)
        #expect(after.calls == [])
        #expect(after.entries(.taskFailed).map { $0.data["effect"] } == ["unknown", "unknown"])
        #expect(after.reverts.count == 2)
    }

    @Test func timeInWhichTheJobWasHeldDoesNotCount() throws {
        var job = try started(document(step: #""timeout":5000,"#))
        job.now = 1_000
        try job.steer(.pause)
        #expect(job.machine.wakeUpAt == nil)
        job.now = 11_000
        try job.steer(.resume)
        #expect(job.machine.wakeUpAt == .at(15_000))
    }

    @Test func tasksThatWereNotStartedFailWithoutBeingReverted() throws {
        var job = try started(
            #"{"state":"s","steps":[{"timeout":5000,"concurrency":1,"tasks":[{"tag":"a"},{"tag":"b"}]}]}"#
        )
        #expect(job.calls.map(\.task) == [TaskID(0, 0)])
        job.now = 6_000
        job.complete(0, 0)
        #expect(job.calls == [])
        #expect(job.entries(.taskFailed).map { $0.data["effect"] } == ["none"])
        #expect(job.reverts.map(\.task) == [TaskID(0, 0)])
    }

    @Test func aStepsConcurrencyBoundsItsTasks() throws {
        var job = try started(
            #"{"state":"s","steps":[{"concurrency":2,"tasks":[{"tag":"a"},{"tag":"b"},{"tag":"c"}]}]}"#
        )
        #expect(job.calls.map(\.task.task) == [0, 1])
        job.complete(0, 1)
        #expect(job.calls.map(\.task.task) == [0, 2])
    }
}
