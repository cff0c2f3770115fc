import JSON
import JobControl
import Testing

@testable import JobRunner

@Suite struct UndoReportTests {
    private func report(_ grades: [JSONValue], to step: JSONValue? = nil) async throws -> UndoReport {
        var answer: JSONObject = ["jobId": "7"]
        answer["to"] = step
        answer["tasks"] = .array(
            grades.enumerated().map { index, grade in
                ["step": JSONValue(index), "task": 0, "tag": "person", "requestId": "r", "grade": grade]
            }
        )
        let jobs = FakeJobControl.client(answering: .object(answer))
        return UndoReport(plan: try await jobs.undoPlan(of: "7"))
    }

    @Test func thePlanIsATableInTheOrderInWhichItIsDone() async throws {
        let report = try await report(["reversible", "undone"])
        #expect(
            report.table.lines == [
                "STEP  TASK  TAG     GRADE       REASON", "0     0     person  reversible  -",
                "1     0     person  undone      -",
            ]
        )
        #expect(report.obstacle == nil)
    }

    @Test(arguments: ["irreversible", "changed"])
    func whatCannotBePutBackNeedsForce(_ grade: String) async throws {
        let report = try await report([.string(grade), "reversible"])
        #expect(report.obstacle?.hasPrefix("1 task cannot be put back") == true)
    }

    @Test func theTitleNamesTheStep() async throws {
        #expect(try await report([], to: "check").title.hasPrefix("An undo of job 7 down to step check has no task"))
        #expect(try await report(["reversible"], to: 1).title.hasPrefix("An undo of job 7 down to step 1 does this"))
    }

    @Test func whoChangedItSinceIsNamed() async throws {
        let jobs = FakeJobControl.client(answering: [
            "jobId": "7",
            "tasks": [
                ["step": 0, "stepName": "check", "task": 0, "grade": "changed", "changedBy": ["client": "job/9"]]
            ],
        ])
        let task = try #require(try await jobs.undoPlan(of: "7").tasks.first)
        #expect(task.reason == "changed by job/9")
        #expect(task.step == "check")
    }
}
