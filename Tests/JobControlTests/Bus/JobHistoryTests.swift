import Bus
import JSON
import SharedState
import Testing

@testable import JobControl

/// What people can read of a job: how far it is, what was sent, what was answered, and what is kept from them.
@Suite(.timeLimit(.minutes(1))) struct JobHistoryTests {
    /// Answers what it was asked, with a token, and says that this and the password are secret.
    private static let vault = JobPlatform.Worker(
        "vault",
        tags: ["vault"],
        forms: [["rel": "execute", "commands": [["name": "create", "secrets": ["password", "token"]]]]]
    ) { request in
        .json(["result": ["token": "t-1", "input": try request.json()]])
    }

    private func history(
        _ platform: JobPlatform,
        _ id: String,
        _ annotations: Annotations = [:]
    ) async throws -> JSONValue {
        try await platform.ask("history", "", Annotations(dictionaryLiteral: ("id", id)).merging(annotations)).json
    }

    private func entries(_ type: String, of history: JSONValue) -> [JSONValue] {
        history["entries"]?.arrayValue?.filter { $0["type"]?.stringValue == type } ?? []
    }

    @Test func aHistoryTellsWhatWasSentAndWhatWasAnsweredButNoSecret() async throws {
        try await JobPlatform.with([Self.vault]) { platform in
            let (_, answer, _) = try await platform.ask(
                "run",
                """
                { "sharedState": { "p": "hunter2" }, "steps": [
                  { "tasks": [ { "tag": "vault", "input": { "n": 1, "password": { "$fromState": "/p" } } } ] },
                  { "tasks": [ { "tag": "vault", "input": { "n": 2, "password": "hunter2" } } ] } ] }
                """,
                ["client": "ada"]
            )
            let id = try #require(answer["jobId"]?.stringValue)
            let history = try await history(platform, id)
            #expect(history["jobId"]?.stringValue == id)
            #expect(history["more"] == false)
            #expect(history["documentHash"]?.stringValue?.count == 64)
            let sent = entries("task.started", of: history).map { $0["payload"] }
            #expect(sent == [["n": 1, "password": "***"], ["n": 2, "password": "***"]])
            let answered = entries("task.completed", of: history).map { $0["payload"]?["result"] }
            #expect(answered.map { $0?["token"] } == ["***", "***"])
            #expect(answered.map { $0?["input"]?["n"] } == [1, 2])
            #expect(!history.description.contains("hunter2"))
            #expect(!history.description.contains("t-1"))
            let submitted = try #require(entries("job.submitted", of: history).first?["data"])
            #expect(submitted["by"] == "ada")
            #expect(submitted["documentHash"] == history["documentHash"])
        }
    }

    @Test func whatIsSentToTheServiceIsNotRedacted() async throws {
        try await JobPlatform.with([Self.vault]) { platform in
            let (_, answer, _) = try await platform.ask(
                "run",
                #"{"steps":[{"tasks":[{"tag":"vault","input":{"password":"hunter2"},"storeResultAt":"/x"}]}]}"#
            )
            let content = try await platform.state.read(try #require(answer["jobId"]?.stringValue)).content
            #expect(content["x"]?["result"]?["input"]?["password"] == "hunter2")
        }
    }

    @Test func aHistoryIsReadInParts() async throws {
        try await JobPlatform.with([]) { platform in
            let done = try await platform.ask("run", #"{"steps":[]}"#).json
            let id = try #require(done["jobId"]?.stringValue)
            let first = try await history(platform, id, ["limit": "2"])
            #expect(first["entries"]?.arrayValue?.map { $0["sequence"] } == [1, 2])
            #expect(first["more"] == true)
            let rest = try await history(platform, id, ["since": "2", "limit": "2"])
            #expect(rest["entries"]?.arrayValue?.map { $0["type"] } == ["job.completed"])
            #expect(rest["more"] == false)
            #expect(try await platform.ask("history", "", ["id": "7"]).status == 404)
            #expect(try await platform.ask("history", "", ["id": id, "limit": "0"]).status == 400)
            #expect(try await platform.ask("history", "", ["id": id, "since": "x"]).status == 400)
        }
    }

    @Test func theJournalKeepsTheTraceThatAJobBelongsTo() async throws {
        try await JobPlatform.with([]) { platform in
            let traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
            let trace = try #require(TraceContext(traceparent: traceparent))
            let reply = try await platform.client.request(
                JobService.name,
                "submit",
                body: Array(#"{"steps":[]}"#.utf8),
                trace: trace
            )
            let id = try #require(try reply.json()["jobId"]?.stringValue)
            let history = try await history(platform, id)
            #expect(history["entries"]?[0]?["data"]?["traceId"] == "0af7651916cd43dd8448eb211c80319c")
        }
    }

    @Test func aJobTellsHowFarItIs() async throws {
        let echo = JobPlatform.Worker("echo", tags: ["echo"]) { .json(try $0.json()) }
        try await JobPlatform.with([echo]) { platform in
            let done = try await platform.ask("run", #"{"steps":[{"name":"s","tasks":[{"tag":"echo"}]}]}"#).json
            let job = try await platform.ask("job", "", ["id": try #require(done["jobId"]?.stringValue)]).json
            let task = try #require(job["progress"]?[0]?["tasks"]?[0])
            #expect(job["progress"]?[0]?["name"] == "s")
            #expect(task["status"] == "completed")
            #expect(task["service"] == "echo")
            #expect(task["requestId"] != nil)
        }
    }

    @Test func longResultsAreKeptByTheirSize() {
        let short = TaskResult(status: 200, body: Array(#"{"a":1}"#.utf8))
        #expect(short.kept == ["a": 1])
        #expect(TaskResult(status: 204).kept == nil)
        let text = TaskResult(status: 200, body: Array("hello".utf8), contentType: "text/plain")
        #expect(text.kept == ["_raw": "hello", "_contentType": "text/plain"])
        let long = TaskResult(status: 200, body: Array(repeating: UInt8(ascii: "1"), count: TaskResult.keptLimit + 1))
        #expect(long.kept == ["_truncated": JSONValue(TaskResult.keptLimit + 1)])
    }

    @Test func whoAskedIsTheClientAndTheKeyThatItCameWith() {
        func asker(_ annotations: Annotations) -> String? {
            BusRequest(service: "s", operation: "o", annotations: annotations).asker
        }
        #expect(asker([:]) == nil)
        #expect(asker(["client": "ada"]) == "ada")
        #expect(asker(["peer": "gateway"]) == "gateway")
        #expect(asker(["client": "ada", "peer": "gateway"]) == "ada via gateway")
        #expect(asker(["client": "gateway", "peer": "gateway"]) == "gateway")
    }
}
