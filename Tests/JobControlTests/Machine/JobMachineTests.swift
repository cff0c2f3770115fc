import JSON
import Testing

@testable import JobControl

@Suite struct JobMachineTests {
    private let oneTask = #"{"name":"n","steps":[{"name":"s","tasks":[{"name":"t","tag":"a","input":{"x":1}}]}]}"#

    @Test func aJobOfOneTaskGoesThroughItsWholeLife() throws {
        var job = try MachineHarness(oneTask)
        #expect(job.actions == [.prepareState(.create(id: "job-1", content: [:]))])
        job.settle()
        let call = try #require(job.calls.first)
        #expect(call.target.name == "service-a")
        #expect(call.operation == .execute)
        #expect(String(decoding: call.body, as: UTF8.self) == #"{"x":1,"requestId":"request-0-0"}"#)
        job.now = 7
        job.complete(0, 0)
        #expect(job.outcome == .completed)
        #expect(
            job.types == [
                "job.submitted", "job.started", "step.started", "task.started", "task.completed", "step.completed",
                "job.completed",
            ]
        )
        #expect(job.entries.map(\.sequence) == Array(1...7))
        #expect(job.machine.record.status == .completed)
        #expect(job.machine.record.completedAt == .at(7))
    }

    @Test func eventsTellIDsNamesIndexesAndDurations() throws {
        var job = try MachineHarness(oneTask)
        job.settle()
        job.now = 7
        job.complete(0, 0)
        #expect(job.entries(.jobSubmitted)[0].data["outline"] == job.machine.document.outline)
        #expect(job.entries(.jobStarted)[0].data == ["jobId": "job-1", "state": "job-1"])
        let expected: JSONObject = [
            "jobId": "job-1", "step": 0, "task": 0, "name": "t", "tag": "a", "service": "service-a", "attempt": 1,
            "requestId": "request-0-0", "status": 200, "durationMs": 7,
        ]
        #expect(job.entries(.taskCompleted)[0].data == expected)
        #expect(job.entries(.jobCompleted)[0].data["durationMs"] == 7)
    }

    @Test func stepsRunOneAfterAnotherAndTheirTasksAtTheSameTime() throws {
        var job = try MachineHarness(
            #"{"steps":[{"tasks":[{"tag":"a"},{"tag":"b"}]},{"tasks":[{"tag":"c"}]}]}"#
        )
        job.settle()
        #expect(job.calls.map(\.task) == [TaskID(0, 0), TaskID(0, 1)])
        job.complete(0, 1)
        #expect(job.calls.map(\.task) == [TaskID(0, 0)])
        job.complete(0, 0)
        #expect(job.calls.map(\.task) == [TaskID(1, 0)])
        job.complete(1, 0)
        #expect(job.outcome == .completed)
    }

    @Test func theTasksOfASequentialStepRunOneAfterAnother() throws {
        var job = try MachineHarness(#"{"steps":[{"mode":"sequential","tasks":[{"tag":"a"},{"tag":"b"}]}]}"#)
        job.settle()
        #expect(job.calls.map(\.task) == [TaskID(0, 0)])
        job.complete(0, 0)
        #expect(job.calls.map(\.task) == [TaskID(0, 1)])
    }

    @Test func noMoreTasksThanTheLimitAreUnderWay() throws {
        var job = try MachineHarness(
            #"{"steps":[{"tasks":[{"tag":"a"},{"tag":"b"},{"tag":"c"}]}]}"#,
            tasksAtOnce: 2
        )
        job.settle()
        #expect(job.calls.map(\.task.task) == [0, 1])
        job.complete(0, 0)
        #expect(job.calls.map(\.task.task) == [1, 2])
    }

    @Test(
        arguments: [
            (nil, TaskOperation.execute), ("execute", .execute), ("parallel", .execute), ("sequential", .execute),
            ("repeat", .repeat), ("revert", .revert),
        ] as [(String?, TaskOperation)]
    )
    func theModeChoosesTheAffordance(_ mode: String?, _ operation: TaskOperation) throws {
        let member = mode.map { #""mode":"\#($0)","# } ?? ""
        var job = try MachineHarness(#"{"steps":[{\#(member)"tasks":[{"tag":"a"}]}]}"#)
        job.settle()
        #expect(job.calls.map(\.operation) == [operation])
    }

    @Test func aStepThatRepeatsMayNameTheRequest() throws {
        var job = try MachineHarness(
            """
            {"steps":[{"mode":"repeat","tasks":[{"tag":"a","input":{"requestId":"mine"}}]},
                      {"tasks":[{"tag":"a","input":{"requestId":"mine"}}]}]}
            """
        )
        job.settle()
        #expect(job.calls.map(\.requestID) == ["mine"])
        job.complete(0, 0)
        #expect(job.calls.map(\.requestID) == ["request-1-0"])
    }

    @Test func anUnknownModeSkipsTheStepAndTheJobGoesOn() throws {
        var job = try MachineHarness(
            #"{"steps":[{"mode":"later","tasks":[{"tag":"a"}]},{"tasks":[{"tag":"b"}]}]}"#
        )
        job.settle()
        #expect(job.entries(.taskSkipped)[0].data["status"] == "skipped")
        #expect(job.entries(.stepSkipped)[0].data["reason"] == "there is no mode 'later'")
        #expect(job.calls.map(\.task) == [TaskID(1, 0)])
    }

    @Test func whatIsNotEnabledIsSkipped() throws {
        var job = try MachineHarness(
            """
            {"steps":[{"enabled":false,"tasks":[{"tag":"a"}]}, {"tasks":[{"tag":"a","enabled":false}]},
                      {"tasks":[{"tag":"a","enabled":false},{"tag":"b"}]}, {"tasks":[]}]}
            """
        )
        job.settle()
        #expect(job.calls.map(\.task) == [TaskID(2, 1)])
        job.complete(2, 1)
        #expect(job.outcome == .completed)
        #expect(job.entries(.stepSkipped).map { $0.data["step"] } == [0, 1, 3])
        #expect(job.entries(.taskSkipped).map { $0.data["step"] } == [0, 1, 2])
    }

    @Test func aJobWithoutStepsIsCompletedAtOnce() throws {
        var job = try MachineHarness(#"{"steps":[]}"#)
        job.settle()
        #expect(job.outcome == .completed)
    }

    @Test func aNamedDocumentIsMergedIntoBeforeTheFirstStep() throws {
        var job = try MachineHarness(
            #"{"sharedStateURL":"http://h/state/s","sharedState":{"a":1},"steps":[{"tasks":[{"tag":"a"}]}]}"#
        )
        #expect(job.actions == [.prepareState(.merge(id: "s", content: ["a": 1]))])
        #expect(job.types == ["job.submitted", "job.started"])
        job.settle()
        #expect(job.machine.stateID == "s")
    }

    @Test func aNamedDocumentWithoutValuesNeedsNoPreparation() throws {
        let job = try MachineHarness(#"{"state":"s","steps":[{"tasks":[{"tag":"a"}]}]}"#)
        #expect(job.actions == [.begin([TaskID(0, 0)], readingState: false)])
    }

    @Test func aPlaceholderRunsWithAFreshDocumentAndAWarning() throws {
        var job = try MachineHarness(
            #"{"sharedStateURL":"{{url}}","sharedState":{"a":1},"steps":[{"tasks":[{"tag":"a"}]}]}"#
        )
        #expect(job.actions == [.prepareState(.create(id: "job-1", content: ["a": 1]))])
        #expect(job.entries(.warning)[0].data["message"]?.stringValue?.contains("'{{url}}'") == true)
        job.settle()
        #expect(job.calls.count == 1)
    }

    @Test func inputsAreResolvedWhenTheTaskStarts() throws {
        var job = try MachineHarness(
            """
            {"state":"s","steps":[{"tasks":[{"tag":"a","input":{"x":{"$fromState":"/v"},"y":{"$fromState":"/w"}}}]}]}
            """
        )
        #expect(job.actions == [.begin([TaskID(0, 0)], readingState: true)])
        job.settle(state: ["v": 5])
        #expect(job.calls[0].input == ["x": 5])
        #expect(job.entries(.taskStarted)[0].payload == ["x": 5])
        #expect(job.entries(.warning)[0].data["pointer"] == "/w")
    }

    @Test func aFreshDocumentIsNotReadForTheFirstTasks() throws {
        var job = try MachineHarness(
            """
            {"sharedState":{"v":5},"steps":[{"mode":"sequential","tasks":[
              {"tag":"a","input":{"x":{"$fromState":"/v"}}}, {"tag":"b","input":{"x":{"$fromState":"/v"}}}]}]}
            """
        )
        job.tell(.statePrepared(content: ["v": 5]))
        #expect(job.actions.last == .begin([TaskID(0, 0)], readingState: false))
        job.settle(state: ["v": 5])
        #expect(job.calls.map(\.input) == [["x": 5]])
        job.tell(.ended(TaskID(0, 0), .completed(status: 200, stored: [])))
        #expect(job.actions.last == .begin([TaskID(0, 1)], readingState: true))
    }

    @Test func whatIsStoredIsAnEventWithoutTheValue() throws {
        var job = try MachineHarness(oneTask)
        job.settle()
        job.complete(0, 0, storing: [["x", "y"]])
        let expected: JSONObject = [
            "jobId": "job-1", "step": 0, "task": 0, "name": "t", "tag": "a", "state": "job-1", "path": "/x/y",
        ]
        #expect(job.entries(.stateStored).map(\.data) == [expected])
    }

    @Test func nothingIsSentBeforeItIsInTheJournal() throws {
        var machine = JobMachine(id: "job-1", document: try JobDocument(oneTask), at: .at(0))
        _ = machine.submit()
        _ = machine.resume(at: .at(0))
        _ = machine.handle([.statePrepared(content: [:])], at: .at(0))
        let beginning = TaskBeginning(
            task: TaskID(0, 0),
            requestID: "r",
            target: .success(ServiceTarget(name: "a", registryID: "7"))
        )
        let transition = machine.handle([.begun([beginning], state: nil)], at: .at(0))
        #expect(transition.entries.map(\.type) == [.taskStarted])
        #expect(transition.entries[0].data["registryID"] == "7")
        #expect(transition.actions.map(\.isVisible) == [true])
    }
}
