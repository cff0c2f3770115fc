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

    @Test(arguments: [
        ("job.completed", JobProgress.State.completed), ("job.failed", .failed), ("job.cancelled", .cancelled),
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
