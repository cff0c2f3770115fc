import Bus
import JSON
import Support
import Testing

@testable import JobControl

@Suite(.timeLimit(.minutes(1))) struct JobSteeringControllerTests {
    private let document = #"{"steps":[{"tasks":[{"tag":"a","storeResultAt":"/x"}]},{"tasks":[{"tag":"b"}]}]}"#

    /// Partners whose service `a` answers when the gate opens.
    private func gated(_ gate: Promise<Void>, _ called: Promise<Void>) -> ScriptedPartners {
        ScriptedPartners { call in
            if call.target.name == "a", call.operation != .revert {
                called.fulfil(.success(()))
                try await gate.value
            }
            return TaskResult(status: 200, body: Array("{}".utf8))
        }
    }

    private func status(_ harness: ControllerHarness, _ id: String) async throws -> JobStatus? {
        try await harness.store.record(id)?.status
    }

    @Test func cancellingCutsARunningCallOffAndIsInTheJournalFirst() async throws {
        let called = Promise<Void>()
        let harness = ControllerHarness(gated(Promise(), called))
        let handle = try harness.submit(document)
        try await called.value
        let status = try await harness.controller.steer(handle.id, .init(.cancel(reverting: true), by: "ada"))
        #expect(status == .running)
        let entries = try await harness.store.entries(of: handle.id, after: 0, limit: 100)
        #expect(entries.contains { $0.type == .jobCancelling && $0.data["by"] == "ada" })
        #expect(try await handle.whenEnded != .completed)
        #expect(try await self.status(harness, handle.id) == .cancelled)
        #expect(harness.partners.asked.suffix(2) == ["execute a", "revert a"])
    }

    @Test func aPausedJobGivesItsPlaceUpAndGoesOnWhenItIsResumed() async throws {
        let (gate, called) = (Promise<Void>(), Promise<Void>())
        var configuration = JobController.Configuration()
        configuration.runningLimit = 1
        let harness = ControllerHarness(gated(gate, called), configuration: configuration)
        let handle = try harness.submit(document)
        try await called.value
        #expect(try await harness.controller.steer(handle.id, .init(.pause)) == .paused)
        #expect(try await harness.controller.steer(handle.id, .init(.pause)) == .paused)
        gate.fulfil(.success(()))
        #expect(try await harness.run(#"{"steps":[{"tasks":[{"tag":"b"}]}]}"#) == .completed)
        #expect(try await harness.controller.explain(handle.id).waitingFor == "resume")
        #expect(try await harness.controller.steer(handle.id, .init(.resume)) == .running)
        #expect(try await handle.whenEnded == .completed)
        let entries = try await harness.store.entries(of: handle.id, after: 0, limit: 100)
        #expect(entries.map(\.sequence) == Array(1...UInt64(entries.count)))
        #expect(harness.published.all.filter { $0.topic == "job." + handle.id }.count == entries.count)
    }

    @Test func aJobInTheLineIsSteeredAtOnce() async throws {
        let (gate, called) = (Promise<Void>(), Promise<Void>())
        var configuration = JobController.Configuration()
        configuration.runningLimit = 1
        let harness = ControllerHarness(gated(gate, called), configuration: configuration)
        let first = try harness.submit(document)
        try await called.value
        let (second, third) = (try harness.submit(document), try harness.submit(document))
        for handle in [second, third] { #expect(try await handle.whenAccepted == .queued) }
        #expect(try await harness.controller.explain(third.id).waitingFor == "turn")
        #expect(try await harness.controller.steer(second.id, .init(.pause)) == .paused)
        _ = try await harness.controller.steer(third.id, .init(.cancel(reverting: true)))
        #expect(try await third.whenEnded != .completed)
        #expect(try await status(harness, third.id) == .cancelled)
        #expect(try await harness.controller.steer(second.id, .init(.resume)) == .queued)
        gate.fulfil(.success(()))
        #expect(try await first.whenEnded == .completed)
        #expect(try await second.whenEnded == .completed)
    }

    @Test func aPausedJobStaysPausedOverARestart() async throws {
        let store = CountingJobStore()
        let (gate, called) = (Promise<Void>(), Promise<Void>())
        let first = ControllerHarness(gated(gate, called), store: store)
        let handle = try first.submit(document)
        try await called.value
        _ = try await first.controller.steer(handle.id, .init(.pause, reason: "wait"))
        await first.controller.stop()
        let second = ControllerHarness(ScriptedPartners(), store: store)
        try await second.controller.recover()
        #expect(second.partners.asked == [])
        _ = try await second.controller.steer(handle.id, .init(.resume))
        try await second.finish(handle.id)
        #expect(try await status(second, handle.id) == .completed)
        #expect(second.partners.asked.contains("repeat a"))
    }

    @Test func aCommandWhoseWriteFailsIsObeyedAfterwards() async throws {
        let store = CountingJobStore()
        let called = Promise<Void>()
        let harness = ControllerHarness(gated(Promise(), called), store: store)
        let handle = try harness.submit(document)
        try await called.value
        store.fail(1)
        _ = try await harness.controller.steer(handle.id, .init(.cancel(reverting: false)))
        #expect(try await handle.whenEnded != .completed)
        #expect(try await status(harness, handle.id) == .cancelled)
    }

    @Test func whatMakesNoSenseIsAConflict() async throws {
        let harness = ControllerHarness(ScriptedPartners())
        let handle = try harness.submit(document)
        _ = try await handle.whenEnded
        let ended = await #expect(throws: Problem.self) {
            try await harness.controller.steer(handle.id, .init(.pause))
        }
        #expect(ended?.status == .conflict)
        #expect(ended?.sentence == "The job has ended: it is completed")
        let unknown = await #expect(throws: Problem.self) { try await harness.controller.steer("7", .init(.pause)) }
        #expect(unknown?.status == .notFound)
    }

    @Test func aCompletedJobIsUndone() async throws {
        let harness = ControllerHarness(ScriptedPartners())
        let handle = try harness.submit(document)
        _ = try await handle.whenEnded
        let plan = try await harness.controller.undoPlan(handle.id, to: nil)
        #expect(plan.items.map(\.task) == [TaskID(1, 0), TaskID(0, 0)])
        #expect(plan.items.map(\.grade.grade) == [.reversible, .reversible])
        #expect(plan.state?.version == 0)
        #expect(try await harness.controller.undo(handle.id, to: nil, isForced: false, by: "ada") == .reverting)
        try await harness.published.event(.jobUndone, of: handle.id)
        #expect(harness.partners.asked.suffix(3) == ["revert b", "revert a", "restore 0"])
        let again = try await harness.controller.undoPlan(handle.id, to: nil)
        #expect(again.items.map(\.grade.grade) == [.undone, .undone])
    }

    @Test func whatStandsInTheWayOfAnUndoMustBeForced() async throws {
        let forms = ServiceForms(
            try .text(#"[{"rel":"execute"},{"rel":"repeat"},{"rel":"revert"},{"rel":"inspect"}]"#)
        )
        let partners = ScriptedPartners(
            forms: forms,
            grading: { _ in RequestGrade(["grade": "changed", "changedBy": ["client": "job/7"]]) }
        )
        let harness = ControllerHarness(partners)
        let handle = try harness.submit(#"{"steps":[{"name":"s","tasks":[{"tag":"a"}]}]}"#)
        _ = try await handle.whenEnded
        let problem = await #expect(throws: Problem.self) {
            try await harness.controller.undo(handle.id, to: "s", isForced: false, by: nil)
        }
        #expect(problem?.status == .conflict)
        #expect(problem?.members["plan"]?["tasks"]?[0]?["reason"] == "changed since by job/7")
        _ = try await harness.controller.undo(handle.id, to: "0", isForced: true, by: nil)
        try await harness.published.event(.jobUndone, of: handle.id)
        #expect(partners.asked.last == "revert a")
    }

    @Test func whatALaterTaskOfTheJobHasChangedIsNoObstacle() async throws {
        let forms = ServiceForms(
            try .text(#"[{"rel":"execute"},{"rel":"repeat"},{"rel":"revert"},{"rel":"inspect"}]"#)
        )
        let later = Recorder<String>()
        let partners = ScriptedPartners(
            forms: forms,
            grading: { request in
                guard let changer = later.elements.first, request != changer else { return RequestGrade(.reversible) }
                return RequestGrade(["grade": "changed", "changedBy": ["requestId": .string(changer)]])
            }
        )
        let harness = ControllerHarness(partners)
        let handle = try harness.submit(document)
        _ = try await handle.whenEnded
        let entries = try await harness.store.entries(of: handle.id, after: 0, limit: 99)
        let started = entries.filter { $0.type == .taskStarted }
        later.record(try #require(started.last?.data["requestId"]?.stringValue))
        let plan = try await harness.controller.undoPlan(handle.id, to: nil)
        #expect(plan.items.map(\.grade.grade) == [.reversible, .reversible])
        #expect(plan.obstacles.isEmpty)
    }

    @Test func whatIsLeftIsInTheInboxUntilItIsSettled() async throws {
        let attempts = Attempts()
        let partners = ScriptedPartners { call in
            if call.target.name == "b" { throw TaskFailure("refused", status: 400, effect: .none) }
            if call.operation == .revert, attempts.next() == 1 {
                throw TaskFailure("a answered 409: no", status: 409, effect: .none)
            }
            return TaskResult(status: 200, body: Array("{}".utf8))
        }
        let harness = ControllerHarness(partners)
        let handle = try harness.submit(document)
        _ = try await handle.whenEnded
        #expect(try await status(harness, handle.id) == .revertIncomplete)
        let item = try #require(try await harness.controller.inbox(after: nil, limit: 10).items.first)
        #expect(item.id == "\(handle.id).0.0")
        #expect(item.json["error"] == "a answered 409: no")
        #expect(item.json["service"] == "a")
        let (job, subject) = try #require(InboxItem.subject(item.id))
        #expect(try await harness.controller.steer(job, .init(.retryRevert(subject))) == .reverting)
        try await harness.published.event(.jobFailed, of: handle.id)
        #expect(try await harness.controller.inbox(after: nil, limit: 10).items.isEmpty)
        #expect(try await harness.store.record(handle.id)?.error == "refused")
    }

    @Test func aRetryComesByItself() async throws {
        let attempts = Attempts()
        let harness = ControllerHarness(
            ScriptedPartners { _ in
                if attempts.next() < 3 { throw TaskFailure("not there", status: 503, effect: .none, kind: .noWorker) }
                return TaskResult(status: 204)
            }
        )
        let outcome = try await harness.run(
            #"{"retry":{"delay":5},"steps":[{"timeout":"PT50S","tasks":[{"tag":"a"}]}]}"#
        )
        #expect(outcome == .completed)
        #expect(harness.partners.asked.filter { $0 == "execute a" }.count == 3)
    }

    @Test func aTimeoutCutsACallOff() async throws {
        let harness = ControllerHarness(gated(Promise(), Promise()))
        let outcome = try await harness.run(#"{"timeout":20,"steps":[{"tasks":[{"tag":"a"}]}]}"#)
        #expect(outcome != .completed)
        #expect(harness.partners.asked.contains("revert a"))
    }

    @Test func aRevertIsSentAgainUntilItsServiceIsBack() async throws {
        let attempts = Attempts()
        var configuration = JobController.Configuration()
        configuration.revertRetry = RetryPolicy(attempts: 8, delay: .milliseconds(1))
        let partners = ScriptedPartners { call in
            if call.target.name == "b" { throw TaskFailure("refused", status: 400, effect: .none) }
            if call.operation == .revert, attempts.next() < 4 {
                throw TaskFailure("not there", status: 503, effect: .none, kind: .noWorker)
            }
            return TaskResult(status: 200, body: Array("{}".utf8))
        }
        let harness = ControllerHarness(partners, configuration: configuration)
        let handle = try harness.submit(document)
        _ = try await handle.whenEnded
        #expect(try await status(harness, handle.id) == .failed)
        #expect(partners.asked.filter { $0 == "revert a" }.count == 4)
    }
}
