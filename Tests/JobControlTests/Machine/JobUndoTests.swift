import Bus
import JSON
import Testing

@testable import JobControl

@Suite struct JobUndoTests {
    private let document = """
        {"sharedState":{},"steps":[{"tasks":[{"tag":"a"}]},{"name":"two","tasks":[{"tag":"b"},{"tag":"c"}]}]}
        """

    private func completed(_ document: String? = nil) throws -> MachineHarness {
        var job = try MachineHarness(document ?? self.document)
        job.settle()
        job.complete(0, 0, storing: [["a"]], version: 2)
        job.complete(1, 0, storing: [["b"]], version: 4)
        job.complete(1, 1, storing: [["c"]], version: 3)
        return job
    }

    private func undo(_ job: MachineHarness, to step: Int? = nil, sparing spared: [TaskID] = []) throws
        -> MachineHarness
    {
        try MachineHarness(
            document,
            replaying: job.entries,
            steering: .undo(to: step, spared: spared, isForced: !spared.isEmpty)
        )
    }

    @Test func aCompletedJobIsUndoneWithItsStateDocument() throws {
        var job = try undo(try completed())
        #expect(job.machine.record.status == .reverting)
        #expect(job.machine.record.completedAt == nil)
        #expect(job.reverts.map(\.task) == [TaskID(1, 1), TaskID(1, 0)])
        job.revert()
        job.revert()
        #expect(job.restoring == nil)
        job.revert()
        #expect(job.restoring == 0)
        job.restore()
        #expect(job.machine.record.status == .undone)
        #expect(job.types.suffix(2) == ["state.reverted", "job.undone"])
        #expect(job.entries(.undoStarted)[0].data["by"] == "ada")
    }

    @Test func aJobIsUndoneDownToAStepAndLaterAllOfIt() throws {
        var job = try undo(try completed(), to: 1)
        job.revert()
        job.revert()
        #expect(job.reverts == [])
        #expect(job.restoring == 2)
        job.restore()
        #expect(job.machine.record.status == .undone)
        var rest = try undo(job)
        #expect(rest.reverts.map(\.task) == [TaskID(0, 0)])
        rest.revert()
        #expect(rest.restoring == 0)
    }

    @Test func aDocumentThatWasMergedIntoGoesBackToTheVersionBefore() throws {
        var job = try MachineHarness(#"{"state":"s","sharedState":{},"steps":[{"tasks":[{"tag":"a"}]}]}"#)
        job.tell(.statePrepared(content: nil, version: 8))
        #expect(job.entries(.stepStarted)[0].data["stateVersion"] == 8)
        #expect(job.machine.state.versions.before(nil) == 7)
        #expect(job.machine.state.versions.before(0) == nil)
    }

    @Test func whatIsSparedStays() throws {
        var job = try undo(try completed(), sparing: [TaskID(1, 0), TaskID(1, 1)])
        #expect(job.reverts.map(\.task) == [TaskID(0, 0)])
        let replayed = try MachineHarness(document, replaying: job.entries)
        #expect(replayed.reverts.map(\.task) == [TaskID(0, 0)])
        job.revert()
        job.restore()
        #expect(job.machine.record.status == .undone)
    }

    @Test func aStateDocumentThatCannotBePutBackIsLeft() throws {
        var job = try undo(try completed())
        for _ in 0..<3 { job.revert() }
        job.restore(TaskFailure("no history", status: 409, effect: .none))
        #expect(job.machine.record.status == .revertIncomplete)
        #expect(job.machine.state.ledger.left.map(\.subject) == [.state])
        var retried = try MachineHarness(document, replaying: job.entries, steering: .retryRevert(.state))
        #expect(retried.restoring == 0)
        retried.restore()
        #expect(retried.machine.record.status == .undone)
    }

    @Test func aFailedJobHasNothingLeftToUndoButItsDocument() throws {
        var job = try MachineHarness(document)
        job.settle()
        job.complete(0, 0)
        job.fail(1, 0)
        job.fail(1, 1)
        job.revert()
        #expect(job.machine.record.status == .failed)
        let undone = try undo(job)
        #expect(undone.reverts == [])
        #expect(undone.restoring == 0)
    }

    @Test func theEntriesAloneRebuildTheRecord() throws {
        var job = try undo(try completed())
        for _ in 0..<3 { job.revert() }
        job.restore()
        for count in 1...job.entries.count {
            let events = job.entries.prefix(count).map { entry -> JobEntry in
                let event = entry.event(of: "job-1")
                return JobEntry(
                    sequence: event.sequence,
                    type: JobEntryType(event) ?? .warning,
                    time: event.time,
                    data: event.data.objectValue ?? [:]
                )
            }
            let rebuilt = JobMachine(id: "job-1", document: try JobDocument(document), replaying: events)
            let kept = JobMachine(
                id: "job-1",
                document: try JobDocument(document),
                replaying: job.entries.prefix(count)
            )
            #expect(rebuilt.record == kept.record)
        }
        #expect(job.entries.map(\.sequence) == Array(1...UInt64(job.entries.count)))
    }
}
