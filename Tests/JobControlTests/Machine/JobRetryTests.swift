import JSON
import Testing

@testable import JobControl

@Suite struct JobRetryTests {
    private let document = """
        {"state":"s","steps":[{"tasks":[{"tag":"a","input":{"command":"read"},
          "retry":{"limit":{"attempt":{"count":3},"duration":"PT10S"},"delay":"PT1S","backoff":{"linear":{"increment":"PT1S"}},
                   "jitter":{"from":"PT0S","to":"PT0.2S"}}}]}]}
        """
    private let plain = #"{"state":"s","steps":[{"tasks":[{"tag":"a","input":{"command":"read"}}]}]}"#
    private let lost = TaskFailure("no answer", status: 504, effect: .unknown, kind: .timeout)
    private let notThere = TaskFailure("nobody", status: 503, effect: .none, kind: .noWorker)

    private func forms(_ type: String, repeats: Bool = true) throws -> [String: ServiceForms] {
        let rels = repeats ? #"{"rel":"repeat"},"# : ""
        return [
            "a": ServiceForms(
                try .text(
                    #"[\#(rels){"rel":"execute","commands":[{"name":"read","transitionType":{\#(type)}}]},{"rel":"revert"}]"#
                )
            )
        ]
    }

    private func started(_ document: String, _ forms: [String: ServiceForms] = [:]) throws -> MachineHarness {
        var job = try MachineHarness(document, forms: forms)
        job.settle()
        return job
    }

    @Test func aTaskIsSentAgainWhenItsTimeHasCome() throws {
        var job = try started(document)
        job.now = 500
        job.end(TaskID(0, 0), .failed(notThere))
        let retry = try #require(job.entries(.taskRetrying).first)
        #expect(retry.data["attempt"] == 2)
        #expect(retry.data["delayMs"] == 1_000)
        #expect(retry.data["at"] == "1970-01-01T00:16:41.500Z")
        #expect(retry.data["error"] == "nobody")
        #expect(retry.data["status"] == 503)
        #expect(job.calls == [])
        #expect(job.machine.wakeUpAt == .at(1_500))
        try job.wake()
        #expect(job.calls.map(\.operation) == [.execute])
        #expect(job.calls.map(\.requestID) == ["request-0-0"])
        job.complete(0, 0)
        #expect(job.outcome == .completed)
        #expect(job.entries(.taskCompleted)[0].data["attempt"] == 2)
    }

    @Test func whatMayHaveRunIsAskedForAsRepeat() throws {
        var job = try started(document)
        job.end(TaskID(0, 0), .failed(lost))
        try job.wake()
        #expect(job.calls.map(\.operation) == [.repeat])
        job.end(TaskID(0, 0), .failed(notThere))
        try job.wake()
        #expect(job.calls.map(\.operation) == [.repeat])
        job.end(TaskID(0, 0), .failed(notThere))
        #expect(job.entries(.taskFailed)[0].data["effect"] == "unknown")
        #expect(job.reverts.map(\.task) == [TaskID(0, 0)])
    }

    @Test func jitterIsAddedByTheNumberThatIsGiven() throws {
        var job = try started(document)
        job.tell(.ended(TaskID(0, 0), .failed(notThere)), chance: 0.5)
        #expect(job.entries(.taskRetrying)[0].data["delayMs"] == 1_100)
    }

    @Test func retryAfterIsObeyed() throws {
        var job = try started(document)
        var failure = notThere
        failure.retryAfter = .seconds(5)
        job.end(TaskID(0, 0), .failed(failure))
        #expect(job.machine.wakeUpAt == .at(5_000))
        failure.retryAfter = .seconds(20)
        try job.wake()
        job.end(TaskID(0, 0), .failed(failure))
        #expect(job.machine.record.status == .failed)
    }

    @Test func attemptsAreCounted() throws {
        var job = try started(document)
        for _ in 0..<2 {
            job.end(TaskID(0, 0), .failed(notThere))
            try job.wake()
        }
        job.end(TaskID(0, 0), .failed(notThere))
        #expect(job.machine.record.status == .failed)
        #expect(job.entries(.taskRetrying).map { $0.data["delayMs"] } == [1_000, 2_000])
    }

    @Test func aRefusalAndAnUnusableResultAreFinal() throws {
        for failure in [
            TaskFailure("bad", status: 400, effect: .none), TaskFailure("broken", status: 500, effect: .unknown),
            TaskFailure("nothing at /x", status: 503, effect: .done),
        ] {
            var job = try started(document)
            job.end(TaskID(0, 0), .failed(failure))
            #expect(job.entries(.taskRetrying) == [])
        }
    }

    @Test func withoutAPolicyOnlyTheContractAllowsAnotherAttempt() throws {
        for (type, retries) in [("", 0), (#""safe":true"#, 2), (#""idempotent":true"#, 2)] {
            var job = try started(plain, try forms(type))
            for _ in 0..<retries {
                job.end(TaskID(0, 0), .failed(lost))
                try job.wake()
            }
            job.end(TaskID(0, 0), .failed(lost))
            #expect(job.entries(.taskFailed).count == 1)
            #expect(job.entries(.taskRetrying).count == retries)
        }
    }

    @Test func anUnknownOutcomeOfAServiceWithoutRepeatFailsTheTask() throws {
        var job = try started(document, try forms("", repeats: false))
        job.end(TaskID(0, 0), .failed(lost))
        let failed = try #require(job.entries(.taskFailed).first)
        #expect(failed.data["code"] == "outcome-unknown")
        #expect(failed.data["error"]?.stringValue?.hasPrefix("The outcome is unknown: no answer") == true)
        #expect(job.reverts.map(\.task) == [TaskID(0, 0)])
        job.revert()
        guard case .failed(let error)? = job.outcome else {
            Issue.record("the job did not fail")
            return
        }
        #expect(error["code"] == "outcome-unknown")
    }

    @Test func anIdempotentCallOfAServiceWithoutRepeatIsExecutedAgain() throws {
        var job = try started(document, try forms(#""idempotent":true"#, repeats: false))
        job.end(TaskID(0, 0), .failed(lost))
        try job.wake()
        #expect(job.calls.map(\.operation) == [.execute])
    }

    @Test func aRestartKeepsToTheContractInTheJournal() throws {
        let unsafe = try started(plain, try forms("", repeats: false))
        let failed = try MachineHarness(plain, replaying: unsafe.entries)
        #expect(failed.entries(.taskFailed)[0].data["code"] == "outcome-unknown")
        #expect(failed.reverts.map(\.task) == [TaskID(0, 0)])
        let safe = try started(plain, try forms(#""safe":true"#, repeats: false))
        #expect(try MachineHarness(plain, replaying: safe.entries).calls.map(\.operation) == [.execute])
    }

    @Test func aRestartWaitsUntilTheNextAttemptIsDue() throws {
        var before = try started(document)
        before.end(TaskID(0, 0), .failed(notThere))
        var early = try MachineHarness(document, replaying: before.entries, at: 400)
        #expect(early.calls == [])
        try early.wake()
        #expect(early.now == 1_000)
        #expect(early.calls.map(\.operation) == [.execute])
        let late = try MachineHarness(document, replaying: before.entries, at: 1_001)
        #expect(late.calls.map(\.operation) == [.repeat])
    }

    @Test func whenAnotherTaskFailsNobodyWaitsForTheNextAttempt() throws {
        let two = document.replacing(#"{"tasks":["#, with: #"{"tasks":[{"tag":"b"},"#)
        var job = try started(two)
        job.end(TaskID(0, 1), .failed(notThere))
        job.fail(0, 0)
        #expect(job.entries(.taskFailed).map { $0.data["error"] } == ["broken", "nobody"])
        #expect(job.machine.wakeUpAt == nil)
        #expect(job.outcome != nil)
    }
}

extension String {
    fileprivate func replacing(_ text: String, with other: String) -> String {
        split(separator: text, omittingEmptySubsequences: false).joined(separator: other)
    }
}
