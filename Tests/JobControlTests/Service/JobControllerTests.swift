import Bus
import JSON
import Testing

@testable import JobControl

@Suite(.timeLimit(.minutes(1))) struct JobControllerTests {
    private let oneTask = #"{"steps":[{"tasks":[{"tag":"a","storeResultAt":"/x"}]}]}"#

    @Test func aJobRunsToItsEnd() async throws {
        let harness = ControllerHarness(ScriptedPartners())
        let handle = try harness.submit(oneTask)
        #expect(try await handle.whenEnded == .completed)
        #expect(try await harness.store.record(handle.id)?.status == .completed)
        #expect(harness.partners.asked.sorted() == ["execute a", "prepare", "write /x"])
        #expect(harness.partners.content == ["x": [:]])
    }

    @Test func aJobOfOneTaskIsWrittenTwice() async throws {
        let harness = ControllerHarness(ScriptedPartners())
        _ = try await harness.run(oneTask)
        #expect(harness.store.writes == 2)
    }

    @Test func everyEntryIsPublishedOnceInSequence() async throws {
        let harness = ControllerHarness(ScriptedPartners())
        let handle = try harness.submit(oneTask)
        _ = try await handle.whenEnded
        let entries = try await harness.store.entries(of: handle.id, after: 0, limit: 100)
        #expect(harness.published.all == entries.map { $0.event(of: handle.id) })
        #expect(harness.published.all.map(\.sequence) == Array(1...UInt64(entries.count)))
        #expect(harness.published.all.last?.type == "platform.job.completed")
    }

    @Test func nothingIsSentBeforeTheJobIsDurable() async throws {
        let store = CountingJobStore()
        let harness = ControllerHarness(
            ScriptedPartners { _ in
                let unfinished = try await store.unfinished()
                #expect(unfinished.count == 1)
                return TaskResult(status: 204)
            },
            store: store
        )
        #expect(try await harness.run(oneTask) == .completed)
    }

    @Test func nothingIsSentBeforeTheStateDocumentIsThere() async throws {
        let harness = ControllerHarness(
            ScriptedPartners(preparing: { throw TaskFailure("no state", effect: .done) })
        )
        guard case .failed(let error) = try await harness.run(oneTask) else {
            Issue.record("the job did not fail")
            return
        }
        #expect(error["error"] == "no state")
        #expect(harness.partners.asked == ["prepare"])
        #expect(harness.published.all.last?.type == "platform.job.failed")
    }

    @Test func aJobThatCallsNobodyHasItsDocumentWhenItEnds() async throws {
        let harness = ControllerHarness(ScriptedPartners())
        #expect(try await harness.run(#"{"steps":[{"enabled":false,"tasks":[{"tag":"a"}]}]}"#) == .completed)
        #expect(harness.partners.asked == ["prepare"])
        let outcome = try await harness.run(#"{"steps":[{"tasks":[{"tag":"nobody"}]}]}"#)
        #expect(outcome != .completed)
        #expect(harness.partners.asked == ["prepare", "prepare"])
    }

    @Test func anEntryOfATaskThatIsNotThereIsPassedOver() async throws {
        let store = CountingJobStore()
        var machine = JobMachine(id: "job-1", document: try JobDocument(#"{"state":"s","steps":[]}"#), at: .now)
        let beginning = machine.submit() + machine.resume(at: .now).entries.prefix(1)
        let strange = JobEntry(
            sequence: 3,
            type: .taskStarted,
            time: .now,
            data: ["step": 7, "task": 0, "service": "a", "requestId": "r"]
        )
        var record = machine.record
        record.status = .running
        try await store.create(
            record,
            document: Array(#"{"state":"s","steps":[]}"#.utf8),
            entries: beginning + [strange],
            key: nil
        )
        let harness = ControllerHarness(ScriptedPartners(), store: store)
        try await harness.controller.recover()
        try await harness.finish("job-1")
        #expect(try await store.record("job-1")?.status == .completed)
    }

    @Test func whatCompletedIsRevertedInReverseOrder() async throws {
        let harness = ControllerHarness(
            ScriptedPartners { call in
                if call.target.name == "c" { throw TaskFailure("refused", status: 400, effect: .none) }
                return TaskResult(status: 204)
            }
        )
        let outcome = try await harness.run(
            #"{"state":"s","steps":[{"tasks":[{"tag":"a"}]},{"tasks":[{"tag":"b"}]},{"tasks":[{"tag":"c"}]}]}"#
        )
        #expect(outcome != .completed)
        #expect(harness.partners.asked == ["execute a", "execute b", "execute c", "revert b", "revert a"])
    }

    @Test func theTasksOfAStepAreUnderWayAtTheSameTime() async throws {
        let all = Meeting(of: 3)
        let harness = ControllerHarness(
            ScriptedPartners { _ in
                await all.meet()
                return TaskResult(status: 204)
            }
        )
        let outcome = try await harness.run(#"{"steps":[{"tasks":[{"tag":"a"},{"tag":"b"},{"tag":"c"}]}]}"#)
        #expect(outcome == .completed)
    }

    @Test func resultsThatComeTogetherShareAWrite() async throws {
        let all = Meeting(of: 4)
        let harness = ControllerHarness(
            ScriptedPartners { _ in
                await all.meet()
                return TaskResult(status: 204)
            }
        )
        let tasks = Array(repeating: #"{"tag":"a"}"#, count: 4).joined(separator: ",")
        _ = try await harness.run(#"{"steps":[{"tasks":[\#(tasks)]}]}"#)
        #expect((2...5).contains(harness.store.writes))
    }

    @Test func jobsBeyondTheLimitWaitForTheirTurn() async throws {
        let gate = Promise<Void>()
        var configuration = JobController.Configuration()
        configuration.runningLimit = 1
        configuration.waitingLimit = 1
        let harness = ControllerHarness(
            ScriptedPartners { _ in
                try await gate.value
                return TaskResult(status: 204)
            },
            configuration: configuration
        )
        let first = try harness.submit(oneTask)
        #expect(try await first.whenAccepted == .running)
        let second = try harness.submit(oneTask)
        #expect(try await second.whenAccepted == .queued)
        #expect(try await harness.store.record(second.id)?.status == .queued)
        #expect(throws: JobRefusal.overloaded(waiting: 1)) { try harness.submit(oneTask) }
        gate.fulfil(.success(()))
        #expect(try await first.whenEnded == .completed)
        #expect(try await second.whenEnded == .completed)
        #expect(try await harness.run(oneTask) == .completed)
    }

    @Test func aSubmitterWhoLeavesDoesNotCancelTheJob() async throws {
        let gate = Promise<Void>()
        let harness = ControllerHarness(
            ScriptedPartners { _ in
                try await gate.value
                return TaskResult(status: 204)
            }
        )
        let handle = try harness.submit(oneTask)
        let submitter = Task { try await handle.whenEnded }
        submitter.cancel()
        await #expect(throws: CancellationError.self) { try await submitter.value }
        gate.fulfil(.success(()))
        #expect(try await handle.whenEnded == .completed)
    }

    @Test func aJobThatCannotBeWrittenSaysSo() async throws {
        let store = CountingJobStore()
        let harness = ControllerHarness(ScriptedPartners(), store: store)
        store.fail(after: 0)
        let handle = try harness.submit(oneTask)
        await #expect(throws: CountingJobStore.Broken.self) { try await handle.whenAccepted }
        #expect(harness.published.all == [])
        #expect(!harness.partners.asked.contains("execute a"))
        store.fail(after: .max)
        #expect(try await harness.run(oneTask) == .completed)
    }

    @Test(arguments: [true, false])
    func aJobWhoseJournalFailsGoesOnWithTheSameHandle(isMade: Bool) async throws {
        let store = CountingJobStore()
        store.fail(1, .init(isMade: isMade))
        let harness = ControllerHarness(ScriptedPartners(), store: store)
        let handle = try harness.submit(oneTask)
        #expect(try await handle.whenEnded == .completed)
        let entries = try await store.entries(of: handle.id, after: 0, limit: 100)
        #expect(entries.last?.type == .jobCompleted)
        #expect(entries.map(\.sequence) == Array(1...UInt64(entries.count)))
        #expect(harness.published.all == entries.map { $0.event(of: handle.id) })
        #expect(harness.partners.asked.contains("repeat a") == !isMade)
    }

    @Test func aSubmissionThatWasKeptAfterAllIsAccepted() async throws {
        let store = CountingJobStore()
        store.fail(0, .init(isMade: true))
        let harness = ControllerHarness(ScriptedPartners(), store: store)
        let handle = try harness.submit(oneTask)
        #expect(try await handle.whenAccepted == .queued)
        #expect(try await handle.whenEnded == .completed)
        #expect(harness.published.all.first?.sequence == 1)
    }

    @Test func aBusyStoreTakesNoJobForNow() async throws {
        let store = CountingJobStore()
        let error = JobStoreError.busy("10 writes wait")
        store.fail(0, .init(error: error))
        let harness = ControllerHarness(ScriptedPartners(), store: store)
        let handle = try harness.submit(oneTask)
        await #expect(throws: JobRefusal.storeIsBusy("10 writes wait")) { try await handle.whenAccepted }
        #expect(JobRefusal.storeIsBusy("10 writes wait").reply.annotations["retry-after"] == "1")
        #expect(harness.published.all == [])
        #expect(try await harness.run(oneTask) == .completed)
    }

    @Test func aStoreThatIsBusyForAWhileStopsNoJob() async throws {
        let store = CountingJobStore()
        for write in 1...2 { store.fail(write, .init(error: JobStoreError.busy("locked"))) }
        let harness = ControllerHarness(ScriptedPartners(), store: store)
        #expect(try await harness.run(oneTask) == .completed)
    }

    @Test func aStopLeavesJobsThatAnotherStartGoesOnWith() async throws {
        let called = Promise<Void>()
        let store = CountingJobStore()
        let first = ControllerHarness(
            ScriptedPartners { _ in
                called.fulfil(.success(()))
                try await Promise<Void>().value
                return TaskResult(status: 204)
            },
            store: store
        )
        let handle = try first.submit(oneTask)
        try await called.value
        await first.controller.stop()
        await #expect(throws: JobRefusal.shuttingDown) { try await handle.whenEnded }
        #expect(throws: JobRefusal.shuttingDown) { try first.submit(oneTask) }
        #expect(try await store.record(handle.id)?.status == .running)

        let ended = Promise<Void>()
        let second = ControllerHarness(
            ScriptedPartners { _ in
                ended.fulfil(.success(()))
                return TaskResult(status: 204)
            },
            store: store
        )
        try await second.controller.recover()
        try await ended.value
        try await second.finish(handle.id)
        #expect(second.partners.asked == ["prepare", "repeat a", "write /x"])
        let entries = try await store.entries(of: handle.id, after: 0, limit: 100)
        #expect(entries.map(\.sequence) == Array(1...UInt64(entries.count)))
        #expect(entries.filter { $0.type == .taskRetrying }.count == 1)
    }

    @Test func aRestartWaitsForServicesThatComeBack() async throws {
        let store = CountingJobStore()
        let machine = JobMachine(id: "job-1", document: try JobDocument(oneTask), at: .now)
        var submitted = machine
        try await store.create(machine.record, document: Array(oneTask.utf8), entries: submitted.submit(), key: nil)
        let attempts = Attempts()
        let harness = ControllerHarness(
            ScriptedPartners { _ in
                if attempts.next() < 3 { throw TaskFailure("not there", status: 503, effect: .none) }
                return TaskResult(status: 204)
            },
            store: store
        )
        try await harness.controller.recover()
        try await harness.finish("job-1")
        #expect(try await store.record("job-1")?.status == .completed)
    }
}
