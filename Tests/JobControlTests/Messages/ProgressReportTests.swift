import JSON
import Testing

@testable import JobControl

@Suite struct ProgressReportTests {
    private func progress(_ job: MachineHarness) throws -> JSONValue {
        var report = ProgressReport()
        for entry in job.entries { report.apply(entry) }
        return try #require(report.json)
    }

    private let document = """
        {"steps":[{"name":"first","tasks":[{"name":"t","tag":"a"},{"tag":"b","enabled":false}]},
                  {"tasks":[{"tag":"c"}]}]}
        """

    @Test func aJobThatRunsTellsWhereItIs() throws {
        var job = try MachineHarness(document)
        job.settle()
        let progress = try progress(job)
        let task: JSONValue = [
            "name": "t", "tag": "a", "status": "running", "service": "service-a", "attempt": 1,
            "requestId": "request-0-0", "startedAt": .string("\(job.entries(.taskStarted)[0].time)"),
        ]
        #expect(progress[0]?["name"] == "first")
        #expect(progress[0]?["status"] == "running")
        #expect(progress[0]?["startedAt"] != nil)
        #expect(progress[0]?["tasks"] == [task, ["tag": "b", "status": "skipped"]])
        #expect(progress[1] == ["status": "pending", "tasks": [["tag": "c", "status": "pending"]]])
    }

    @Test func whatFailedAndWasRevertedSaysSo() throws {
        var job = try MachineHarness(document)
        job.settle()
        job.complete(0, 0)
        job.fail(1, 0, "refused")
        job.revert()
        let progress = try progress(job)
        #expect(progress[0]?["status"] == "completed")
        #expect(progress[0]?["endedAt"] != nil)
        #expect(progress[0]?["tasks"]?[0]?["status"] == "reverted")
        #expect(progress[0]?["tasks"]?[0]?["endedAt"] != nil)
        #expect(progress[1]?["status"] == "failed")
        #expect(progress[1]?["tasks"]?[0]?["status"] == "failed")
        #expect(progress[1]?["tasks"]?[0]?["error"] == "refused")
    }

    @Test func aJobOfTooManyTasksIsToldWithoutIt() throws {
        let tasks = Array(repeating: #"{"tag":"a"}"#, count: ProgressReport.taskLimit + 1).joined(separator: ",")
        let job = try MachineHarness(#"{"steps":[{"tasks":[\#(tasks)]}]}"#)
        var report = ProgressReport()
        for entry in job.entries { report.apply(entry) }
        #expect(report.json == nil)
    }

    @Test func entriesOfTasksThatAreNotThereArePassedOver() {
        var report = ProgressReport()
        report.apply(
            JobEntry(sequence: 1, type: .jobSubmitted, time: .at(0), data: ["outline": [["tasks": [["tag": "a"]]]]])
        )
        for data in [["step": 7, "task": 0], ["step": 0, "task": 7], ["step": -1, "task": 0], [:]] as [JSONObject] {
            report.apply(JobEntry(sequence: 2, type: .taskStarted, time: .at(0), data: data))
            report.apply(JobEntry(sequence: 2, type: .stepStarted, time: .at(0), data: ["step": 9]))
        }
        #expect(report.json == [["status": "pending", "tasks": [["tag": "a", "status": "pending"]]]])
    }
}
