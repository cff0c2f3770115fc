import JSON
import Testing

@testable import JobRunner

/// What `crashtest` makes of what it sees, so that a table without a `!` means something.
@Suite struct CrashTestTests {
    private func entry(_ type: String, task: Int, _ members: JSONObject = [:]) -> JSONValue {
        var data: JSONObject = ["step": 0, "task": JSONValue(task), "tag": "person"]
        for (key, value) in members { data[key] = value }
        return ["type": .string(type), "data": .object(data)]
    }

    private func started(task: Int, _ members: JSONObject = [:]) -> JSONValue {
        var facts: JSONObject = ["service": "person", "requestId": .string("r\(task)")]
        for (key, value) in members { facts[key] = value }
        return entry("task.started", task: task, facts)
    }

    private func row(_ status: String?, there: [Bool]) -> CrashTestRow {
        let effects = there.enumerated().map { index, isThere in
            JobEffect(
                label: "t\(index)",
                service: "person",
                requestID: "r\(index)",
                canBeInspected: true,
                isThere: isThere
            )
        }
        return CrashTestRow(point: nil, status: status, effects: effects)
    }

    @Test func thePointsAreBeforeAndAfterEachWriteOfEachProcess() {
        let points = FailurePoint.all([("platform", 2), ("person", 1)], limit: nil)
        #expect(
            points.map(\.description) == [
                "platform journal:before:1", "platform journal:after:1", "platform journal:before:2",
                "platform journal:after:2", "person effect:before:1", "person effect:after:1",
            ]
        )
        #expect(FailurePoint.all([("platform", 2), ("person", 1)], limit: 3).map(\.write) == [1, 2, 1])
        #expect(FailurePoint.all([("platform", 1)], limit: 9).count == 2)
    }

    @Test func theJournalTellsWhichTasksChangedSomething() {
        let effects = JobEffect.all(in: [
            started(task: 0), started(task: 1), started(task: 2, ["contract": ["safe": true]]),
            entry("task.completed", task: 0), entry("task.completed", task: 1), entry("task.completed", task: 2),
            started(task: 3), entry("task.failed", task: 3, ["effect": "none"]),
            entry("revert.started", task: 1), entry("task.reverted", task: 1),
        ])
        #expect(effects.map(\.requestID) == ["r0", "r1", "r3"])
        #expect(effects.map(\.isThere) == [true, false, false])
    }

    @Test(arguments: [
        ("reversible", true), ("irreversible", true), ("changed", true), ("undone", false), ("unknown", false),
    ])
    func theServiceKnowsBetterThanTheJournal(_ grade: String, _ isThere: Bool) {
        var effects = JobEffect.all(in: [started(task: 0)])
        effects[0].isThere = !isThere
        effects[0].take(grade: grade)
        #expect(effects[0].isThere == isThere)
    }

    @Test func aCompletedJobHasAllOfItsEffectsAndAnyOtherNone() {
        #expect(row("completed", there: [true, true]).isConsistent)
        #expect(row("completed", there: []).isConsistent)
        #expect(!row("completed", there: [true, false]).isConsistent)
        #expect(row("failed", there: [false, false]).isConsistent)
        #expect(!row("failed", there: [true, true]).isConsistent)
        #expect(row("undone", there: [false]).isConsistent)
        #expect(!row("revert-incomplete", there: [false]).isConsistent)
        #expect(!row(nil, there: []).isConsistent)
    }

    @Test func aRowSaysWhatIsLeft() {
        #expect(row("completed", there: [true]).line(width: 10) == "  no crash  completed         all")
        #expect(row("failed", there: [false]).line(width: 10) == "  no crash  failed            none")
        #expect(row("failed", there: [true, false]).line(width: 10) == "! no crash  failed            1 of 2: t0")
    }
}
