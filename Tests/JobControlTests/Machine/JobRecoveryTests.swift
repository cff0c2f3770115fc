import JSON
import Testing

@testable import JobControl

@Suite struct JobRecoveryTests {
    private let document = """
        {"steps":[{"mode":"sequential","tasks":[{"tag":"a","input":{"x":{"$fromState":"/v","default":1}}},
                   {"tag":"b"}]},{"tasks":[{"tag":"c"},{"tag":"d"}]}]}
        """

    /// A job that has done step 0 and has started both tasks of step 1.
    private func inSecondStep() throws -> MachineHarness {
        var job = try MachineHarness(document)
        job.settle()
        job.complete(0, 0)
        job.complete(0, 1)
        return job
    }

    @Test func whatHasEndedIsNotCalledAgain() throws {
        let before = try inSecondStep()
        let after = try MachineHarness(document, replaying: before.entries)
        #expect(after.calls.map(\.task) == [TaskID(1, 0), TaskID(1, 1)])
    }

    @Test func whatWasSentIsSentAgainAsRepeatWithTheSameRequest() throws {
        let before = try inSecondStep()
        let after = try MachineHarness(document, replaying: before.entries)
        #expect(after.calls.map(\.operation) == [.repeat, .repeat])
        #expect(after.calls.map(\.requestID) == ["request-1-0", "request-1-1"])
        #expect(after.entries(.taskRetrying).map { $0.data["attempt"] } == [2, 2])
        #expect(after.entries.map(\.sequence) == Array(1...UInt64(after.entries.count)))
    }

    @Test func aRefusedRepeatIsRevertedSinceTheFirstAttemptMayHaveRun() throws {
        var before = try inSecondStep()
        before.complete(1, 1)
        var after = try MachineHarness(document, replaying: before.entries)
        after.fail(1, 0, "no worker", .none)
        #expect(after.entries(.taskFailed).map { $0.data["effect"] } == ["unknown"])
        #expect(after.reverts.map(\.requestID) == ["request-1-0", "request-1-1"])
        let later = try MachineHarness(document, replaying: after.entries)
        #expect(later.reverts.map(\.requestID) == ["request-1-0", "request-1-1"])
    }

    @Test func theInputIsTheOneThatWasSent() throws {
        var before = try MachineHarness(document)
        before.tell(.statePrepared(content: ["v": 42]))
        before.settle(state: ["v": 42])
        var after = try MachineHarness(document, replaying: before.entries)
        after.settle(state: ["v": 43])
        #expect(after.calls.map(\.input) == [["x": 42]])
    }

    @Test func aFreshDocumentIsMadeAgainUntilATaskHasEnded() throws {
        var before = try MachineHarness(document)
        before.settle()
        let early = try MachineHarness(document, replaying: before.entries)
        #expect(early.actions == [.prepareState(.create(id: "job-1", content: [:]))])
        before.complete(0, 0)
        let late = try MachineHarness(document, replaying: before.entries)
        #expect(late.calls.map(\.task) == [TaskID(0, 1)])
    }

    @Test func aDocumentIsNotMergedIntoAgainOnceTheFirstStepStarted() throws {
        let text = #"{"state":"s","sharedState":{"a":1},"steps":[{"tasks":[{"tag":"a"}]}]}"#
        var before = try MachineHarness(text)
        let unprepared = try MachineHarness(text, replaying: before.entries)
        #expect(unprepared.actions == [.prepareState(.merge(id: "s", content: ["a": 1]))])
        before.settle()
        let prepared = try MachineHarness(text, replaying: before.entries)
        #expect(prepared.calls.map(\.operation) == [.repeat])
    }

    @Test func aQueuedJobStartsFromItsFirstEntry() throws {
        let before = try MachineHarness(document)
        let after = try MachineHarness(document, replaying: Array(before.entries.prefix(1)))
        #expect(after.types == ["job.submitted", "job.started"])
    }

    @Test func aJobThatWasFailingWaitsForWhatRanAndReverts() throws {
        var before = try inSecondStep()
        before.fail(1, 0, "first")
        var after = try MachineHarness(document, replaying: before.entries)
        #expect(after.calls.map(\.task) == [TaskID(1, 1)])
        after.complete(1, 1)
        #expect(after.reverts.map(\.task) == [TaskID(1, 1)])
        for _ in 0..<3 { after.revert() }
        #expect(after.machine.record.error == "first")
        #expect(after.entries(.taskReverted).map { $0.data["tag"] } == ["d", "b", "a"])
    }

    @Test func aJobThatWasRevertingGoesOnWithTheNext() throws {
        var before = try inSecondStep()
        before.fail(1, 0)
        before.fail(1, 1, "later", .unknown)
        before.revert()
        let after = try MachineHarness(document, replaying: before.entries)
        #expect(after.reverts.map(\.task) == [TaskID(0, 1)])
    }

    @Test func anEndedJobDoesNothing() throws {
        var before = try MachineHarness(#"{"steps":[]}"#)
        before.settle()
        let after = try MachineHarness(#"{"steps":[]}"#, replaying: before.entries)
        #expect(after.actions == [.end(.completed)])
        #expect(after.types == before.types)
        #expect(after.machine.record == before.machine.record)
    }

    @Test func aReplayedMachineKnowsWhatTheFirstOneKnew() throws {
        var job = try inSecondStep()
        job.fail(1, 0, "broken", .unknown)
        job.complete(1, 1)
        job.revert()
        for count in 1...job.entries.count {
            let machine = JobMachine(
                id: "job-1",
                document: try JobDocument(document),
                replaying: job.entries.prefix(count)
            )
            #expect(machine.state.lastSequence == UInt64(count))
        }
        let replayed = JobMachine(id: "job-1", document: try JobDocument(document), replaying: job.entries)
        #expect(replayed.record == job.machine.record)
        #expect(replayed.state.reverts == job.machine.state.reverts)
    }
}
