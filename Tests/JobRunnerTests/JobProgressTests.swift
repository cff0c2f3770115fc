import Bus
import JSON
import Testing

@testable import JobRunner

@Suite struct JobProgressTests {
    private let outline: JSONValue = [
        ["name": "first", "tasks": [["tag": "a"], ["tag": "b", "name": "second task"]]]
    ]

    private func progress(after events: [(type: String, data: JSONValue)]) -> JobProgress {
        var progress = JobProgress(jobID: "7")
        for (index, event) in events.enumerated() { progress.apply(Self.event(index + 1, event.type, event.data)) }
        return progress
    }

    private static func event(_ sequence: Int, _ type: String, _ data: JSONValue) -> Event {
        Event(topic: "job.7", sequence: UInt64(sequence), type: "platform.\(type)", source: "/job-control", data: data)
    }

    @Test func theOutlineMakesTheTree() {
        let progress = progress(after: [("job.submitted", ["name": "order", "outline": outline])])
        #expect(progress.name == "order")
        #expect(progress.steps.map(\.title) == ["first"])
        #expect(progress.steps.first?.tasks.map(\.title) == ["a", "second task"])
    }

    @Test func aTaskShowsWhatItsLastEventSaid() {
        let progress = progress(after: [
            ("job.submitted", ["outline": outline]),
            ("task.started", ["step": 0, "task": 1, "service": "person"]),
            ("task.failed", ["step": 0, "task": 1, "status": 503, "durationMs": 12, "error": "not now"]),
        ])
        let task = progress.steps.first?.tasks.last
        #expect(task?.state == .failed)
        #expect(task?.service == "person")
        #expect(task?.error == "not now")
    }

    @Test func aRetrySaysWhenItIsSentAgainAndWhy() {
        let progress = progress(after: [
            ("job.submitted", ["outline": outline]),
            ("task.started", ["step": 0, "task": 0, "service": "a"]),
            (
                "task.retrying",
                ["step": 0, "task": 0, "attempt": 2, "error": "busy", "at": "2026-01-31T09:15:07.000Z"]
            ),
        ])
        let task = progress.steps.first?.tasks.first
        #expect(task?.state == .retrying)
        #expect(task?.nextAttempt?.description == "2026-01-31T09:15:07.000Z")
        let line = TreeView.lines(progress).first { $0.contains("a attempt 2") }
        #expect(line?.hasSuffix("again at 09:15:07: busy") == true)
    }

    @Test func whatWentWrongIsForgottenOnceItWentWell() {
        let progress = progress(after: [
            ("job.submitted", ["outline": outline]),
            ("task.retrying", ["step": 0, "task": 0, "error": "busy", "at": "2026-01-31T09:15:07.000Z"]),
            ("task.completed", ["step": 0, "task": 0, "status": 200]),
        ])
        #expect(progress.steps.first?.tasks.first?.error == nil)
        #expect(progress.steps.first?.tasks.first?.nextAttempt == nil)
    }

    @Test func aPausedJobSaysWhyAndByWhomUntilItGoesOn() {
        let paused: [(String, JSONValue)] = [
            ("job.submitted", ["name": "n"]), ("job.paused", ["reason": "r", "by": "b"]),
        ]
        #expect(TreeView.lines(progress(after: paused)).first?.hasSuffix("n (7) paused: r, by b") == true)
        let resumed = progress(after: paused + [("job.resumed", [:])])
        #expect(resumed.state == .running)
        #expect(resumed.note == nil)
    }

    @Test func aJobThatIsUndoneHasNotEndedUntilItIs() {
        let undoing: [(String, JSONValue)] = [
            ("job.submitted", ["outline": outline]), ("job.completed", ["durationMs": 5]),
            ("undo.started", ["force": false]), ("task.reverted", ["step": 0, "task": 0]),
        ]
        #expect(!progress(after: undoing).hasEnded)
        let undone = progress(after: undoing + [("job.undone", [:])])
        #expect(undone.state == .undone)
        #expect(undone.isUndone)
        #expect(undone.exitCode == RunnerExit.failed)
        let left = progress(after: undoing + [("job.revert-incomplete", ["left": 2, "wouldBe": "undone"])])
        #expect(left.hasEnded && !left.isUndone)
        #expect(TreeView.lines(left).last == "! 2 effects could not be put back: `job-runner inbox` shows them")
    }

    @Test func aCancelledJobIsBeingCancelledWhileItReverts() {
        let progress = progress(after: [
            ("job.submitted", ["outline": outline]), ("job.cancelling", ["reason": "wrong", "revert": true]),
            ("revert.started", ["tasks": 1]),
        ])
        #expect(progress.state == .cancelling)
        #expect(progress.note == "wrong")
    }

    @Test(
        arguments: [
            (
                "undo.started", ["to": "check", "by": "http/::1", "force": false],
                "undo.started 7 down to check by http/::1"
            ),
            ("job.cancelling", ["revert": false, "reason": "no"], "job.cancelling 7 keeping effects - no"),
            ("job.revert-incomplete", ["left": 1, "wouldBe": "failed"], "job.revert-incomplete 7 1 left"),
            (
                "revert.retrying",
                ["tag": "a", "attempt": 3, "at": "2026-01-31T09:15:07.000Z", "error": "busy"],
                "revert.retrying a attempt 3 again at 2026-01-31T09:15:07.000Z - busy"
            ),
            ("revert.dismissed", ["tag": "a", "note": "gone", "by": "me"], "revert.dismissed a by me - gone"),
        ] as [(String, JSONValue, String)]
    )
    func aLineTellsTheNewEvents(_ type: String, _ data: JSONValue, _ end: String) {
        #expect(LineView.line(Self.event(2, type, data), JobProgress(jobID: "7")).hasSuffix(end))
    }

    @Test(arguments: [
        ("job.completed", JobProgress.State.completed), ("job.failed", .failed), ("job.cancelled", .cancelled),
        ("job.undone", .undone), ("job.revert-incomplete", .revertIncomplete),
    ])
    func theLastEventEndsIt(_ type: String, _ state: JobProgress.State) {
        let progress = progress(after: [(type, ["durationMs": 5])])
        #expect(progress.hasEnded)
        #expect(progress.state == state)
    }

    @Test func anIndexOutsideOfTheOutlineIsIgnored() {
        let progress = progress(after: [
            ("job.submitted", ["outline": outline]),
            ("task.started", ["step": 4, "task": 9]),
        ])
        #expect(progress.steps.first?.tasks.map(\.state) == [.waiting, .waiting])
    }

    @Test func theStateDocumentIsRemembered() {
        #expect(progress(after: [("job.started", ["state": "s-1"])]).stateID == "s-1")
    }

    @Test func aLineSaysWhoDidWhatForHowLong() {
        let progress = progress(after: [("job.submitted", ["outline": outline])])
        let data: JSONValue = ["step": 0, "task": 0, "service": "a-1", "status": 200, "durationMs": 3]
        let event = Self.event(2, "task.completed", data)
        #expect(LineView.line(event, progress).hasSuffix("task.completed first/a by a-1 200 3 ms"))
    }

    @Test(arguments: [(3.4, "3 ms"), (1234, "1.2 s"), (61_000, "1 min 1 s")])
    func durationsReadWell(_ milliseconds: Double, _ text: String) {
        #expect(Milliseconds.text(milliseconds) == text)
    }
}
