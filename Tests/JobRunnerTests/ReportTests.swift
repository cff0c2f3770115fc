import JSON
import JobControl
import Testing

@testable import JobRunner

/// What subcommands print for people.
@Suite struct ReportTests {
    @Test func aStatusShowsEachTaskWithItsServiceAttemptAndTime() {
        let job: JSONValue = [
            "id": "7", "name": "order", "status": "failed", "createdAt": "2026-01-31T09:15:00.000Z", "error": "no",
            "progress": [
                [
                    "name": "check", "status": "failed",
                    "tasks": [
                        [
                            "tag": "person", "status": "completed", "service": "person", "attempt": 2,
                            "startedAt": "2026-01-31T09:15:00.100Z", "endedAt": "2026-01-31T09:15:00.350Z",
                        ]
                    ],
                ],
                ["status": "waiting", "tasks": []],
            ],
        ]
        #expect(
            JobReport.lines(job) == [
                "order (7): failed", "  created: 2026-01-31T09:15:00.000Z", "  error: no", "",
                "STEP    TASK    STATUS     SERVICE  ATTEMPT  TOOK",
                "check   person  completed  person   2        250 ms",
                "step 2  -       waiting    -        -        -",
            ]
        )
    }

    @Test func aJobWithoutProgressIsShownAllTheSame() {
        #expect(JobReport.lines(["id": "7", "status": "running"]) == ["7: running"])
    }

    @Test func aListHasALineForEachJob() {
        let rows: [JSONValue] = [
            [
                "id": "7", "status": "completed", "name": .null, "steps": 2,
                "createdAt": "2026-01-31T09:15:00.000Z", "completedAt": "2026-01-31T09:15:01.500Z", "error": .null,
            ]
        ]
        #expect(
            JobList.table(rows).lines == [
                "ID  STATUS     NAME  STEPS  CREATED                   TOOK   ERROR",
                "7   completed  -     2      2026-01-31T09:15:00.000Z  1.5 s  -",
            ]
        )
    }

    @Test func aJournalsLineHasItsSequenceAndNamesTheTaskThatEarlierEntriesDeclared() {
        var report = JournalReport(jobID: "7")
        let first = report.lines([
            [
                "sequence": 1, "type": "job.submitted", "time": "2026-01-31T09:15:00.000Z",
                "data": ["outline": [["name": "check", "tasks": [["tag": "person"]]]]],
            ]
        ])
        let second = report.lines([
            [
                "sequence": 2, "type": "task.started", "time": "2026-01-31T09:15:00.001Z",
                "data": ["step": 0, "task": 0, "service": "p"],
            ],
            ["type": "no entry"],
        ])
        #expect(first == ["    1  2026-01-31T09:15:00.000Z job.submitted 7"])
        #expect(second == ["    2  2026-01-31T09:15:00.001Z task.started check/person by p"])
    }

    @Test(arguments: [("y", true), ("YES ", true), ("", false), ("no", false), ("yesterday", false), (nil, false)])
    func onlyYesIsYes(_ answer: String?, _ isYes: Bool) {
        #expect(UndoReport.isYes(answer) == isYes)
    }
}
