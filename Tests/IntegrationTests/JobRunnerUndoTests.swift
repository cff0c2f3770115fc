import Bus
import JSON
import Logging
import Support
import Testing
import ZeroMQ

/// Undoing and cancelling from the command line, with the engines of the examples.
@Suite(.timeLimit(.minutes(3)), .runsOnPlatform) struct JobRunnerUndoTests: RunnerSuite {
    private static func create(_ engine: String, _ id: String, _ payload: JSONValue) -> JSONValue {
        [
            "tag": .string(engine), "storeResultAt": .string("/\(engine)"),
            "input": [
                "command": "create", "resource": .string(engine), "id": .string(id), "payload": payload,
            ],
        ]
    }

    private let job: JSONValue = [
        "name": "three steps",
        "steps": [
            ["name": "who", "tasks": [create("person", "ada", ["givenName": "Ada", "familyName": "Lovelace"])]],
            ["name": "what", "tasks": [create("todo", "write", ["title": "Write the first program"])]],
            ["name": "loud", "tasks": [["tag": "uppercase", "input": ["input": "ada"], "storeResultAt": "/loud"]]],
        ],
    ]

    /// Runs the job on a state document with that id; the job's id.
    private func run(on state: String) async throws -> String {
        let values = try file(["id": .string(state), "n": 1])
        let result = try await platform().runner(try file(job), "--state", values, "--output", "json")
        #expect(result.exitCode == 0, "\(result.error)")
        let last = try JSONValue(parsing: String(try #require(result.error.split(separator: "\n").last)))
        return try #require(last["data"]?["jobId"]?.stringValue)
    }

    private func http(_ path: String, _ body: String? = nil) async throws -> JSONValue {
        let platform = try platform()
        let data = body.map { ["-H", "Content-Type: application/json", "-d", $0] } ?? []
        let arguments = ["-s"] + data + ["http://127.0.0.1:\(platform.httpPort)\(path)"]
        return try JSONValue(parsing: try await platform.run("/usr/bin/curl", arguments).output)
    }

    @Test func aCompletedJobIsUndoneByOneCommandThatShowsThePlanFirst() async throws {
        let platform = try platform()
        let id = try await run(on: "undone")
        let unasked = try await platform.runner("undo", id)
        #expect(unasked.exitCode == 2)
        #expect(unasked.error.contains("--yes"))
        let steps = unasked.output.split(separator: "\n").dropFirst(2).map { $0.prefix { $0 != " " } }
        #expect(steps.suffix(2) == ["what", "who"], "\(unasked.output)")
        let undone = try await platform.runner("undo", id, "--yes", "--force")
        #expect(undone.exitCode == 0, "\(undone.error)")
        #expect(undone.error.contains("job.undone"))
        #expect(!undone.error.contains("job.submitted"))
        #expect(try await http("/state/undone") == ["n": 1])
        for engine in ["person", "todo"] {
            let list = try await http("/services/\(engine)/execute", #"{"command":"list","resource":"\#(engine)"}"#)
            #expect(list["result"] == [], "\(engine): \(list)")
        }
        #expect(try await platform.runner("watch", id).exitCode == 1)
        #expect(try await platform.runner("cancel", id).exitCode == 1)
    }

    @Test func theHistoryAndTheExplanationOfAJobAreShown() async throws {
        let platform = try platform()
        let id = try await platform.runner(
            try file(["steps": [["tasks": [["tag": "uppercase", "input": ["input": "a"]]]]]]),
            "--output",
            "json"
        ).error.split(separator: "\n").first.flatMap {
            try JSONValue(parsing: String($0))["data"]?["jobId"]?.stringValue
        }
        let jobID = try #require(id)
        let history = try await platform.runner("history", jobID)
        #expect(history.output.hasPrefix("    1  "), "\(history.error)")
        #expect(history.output.contains("job.completed"))
        let rows = try await platform.runner("history", jobID, "--output", "json").output.split(separator: "\n")
        #expect(try JSONValue(parsing: String(try #require(rows.last)))["type"] == "job.completed")
        #expect(try await platform.runner("explain", jobID).output.contains("has ended"))
    }

    @Test func ctrlCCancelsTheJobWhenItIsToldTo() async throws {
        let platform = try platform()
        let context = Context()
        defer { context.close() }
        let worker = BusWorker(
            .init(
                service: "endless",
                endpoint: .tcp("127.0.0.1", port: UInt16(platform.busPort)),
                announcement: ["tags": ["endless"]]
            ),
            context: context,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        ) { request in
            if request.operation == "execute" { try await Task.sleep(for: .seconds(100)) }
            return .json(["status": "noop"])
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await worker.run() }
            try await worker.whenReady
            let job = try file(["steps": [["tasks": [["tag": "endless"]]]]])
            let runner = try RunnerProcess(on: platform, ["run", job, "--cancel-on-interrupt"])
            for await line in runner.messages where line.contains("task.started") { break }
            let (exitCode, rest) = await runner.interrupt()
            #expect(exitCode == 130)
            #expect(rest.contains("job.cancelled"), "\(rest)")
            group.cancelAll()
        }
    }
}
