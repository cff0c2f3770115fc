import Bus
import JSON
import SharedState
import Support
import Testing

@testable import JobControl

/// A job's document, run again by a new job that names the first.
@Suite(.timeLimit(.minutes(1))) struct JobReplayTests {
    private let document = """
        { "name": "n", "sharedState": { "count": 1 }, "steps": [
          { "name": "first", "tasks": [ { "tag": "echo", "input": { "n": { "$fromState": "/count" } },
            "storeResultAt": "/first" } ] },
          { "name": "second", "tasks": [ { "tag": "echo", "input": { "n": { "$fromState": "/first/n" } },
            "storeResultAt": "/second" } ] } ] }
        """

    /// Answers its input's `n`, and notes it.
    private func echo(_ calls: Recorder<JSONValue>) -> JobPlatform.Worker {
        JobPlatform.Worker("echo", tags: ["echo"]) { request in
            let number = try request.json()["n"] ?? nil
            calls.record(number)
            return .json(["n": number])
        }
    }

    private func replay(
        _ platform: JobPlatform,
        _ id: String,
        _ body: String = "",
        _ annotations: Annotations = [:]
    ) async throws -> (status: Status, json: JSONValue, annotations: Annotations) {
        try await platform.ask("replay", body, annotations.merging(Annotations(dictionaryLiteral: ("id", id))))
    }

    @Test func theWholeDocumentIsRunAgain() async throws {
        let calls = Recorder<JSONValue>()
        try await JobPlatform.with([echo(calls)]) { platform in
            let first = try await platform.ask("run", document).json
            let parent = try #require(first["jobId"]?.stringValue)
            let (status, answer, annotations) = try await replay(platform, parent, "", ["base-url": "http://h"])
            let id = try #require(answer["jobId"]?.stringValue)
            #expect(status == 202)
            #expect(answer["parent"]?.stringValue == parent)
            #expect(annotations["location"] == "http://h/jobs/\(id)")
            let events = try await platform.follow(id)
            #expect(events.last?.type == "platform.job.completed")
            #expect(events[0].data["parent"]?.stringValue == parent)
            #expect(calls.elements == [1, 1, 1, 1])
            let job = try await platform.ask("job", "", ["id": id]).json
            #expect(job["parent"]?.stringValue == parent)
            #expect(job["name"] == "n")
        }
    }

    @Test(arguments: ["second", "1"])
    func aReplayGoesOnFromAStepWithWhatTheStateHeld(_ step: String) async throws {
        let calls = Recorder<JSONValue>()
        try await JobPlatform.with([echo(calls)]) { platform in
            let first = try await platform.ask("run", document).json
            let parent = try #require(first["jobId"]?.stringValue)
            let patch = #"[{"op":"replace","path":"/first/n","value":7}]"#
            let answer = try await replay(platform, parent, patch, ["from": step]).json
            let id = try #require(answer["jobId"]?.stringValue)
            let events = try await platform.follow(id)
            #expect(events.last?.type == "platform.job.completed")
            #expect(calls.elements == [1, 1, 7])
            let skipped = try #require(events.first { $0.type == "platform.step.skipped" })
            #expect(skipped.data["reason"]?.stringValue == "job \(parent) has done it")
            #expect(try await platform.state.read(id).content["second"] == ["n": 7])
            #expect(try await platform.state.read(parent).content["second"] == ["n": 1])
        }
    }

    @Test func whatCannotBeReplayedIsRefused() async throws {
        let calls = Recorder<JSONValue>()
        try await JobPlatform.with([echo(calls)]) { platform in
            let first = try await platform.ask("run", document).json
            let parent = try #require(first["jobId"]?.stringValue)
            #expect(try await replay(platform, "7").status == 404)
            #expect(try await replay(platform, parent, "", ["from": "third"]).status == 400)
            #expect(try await replay(platform, parent, "", ["from": "2"]).status == 400)
            #expect(try await replay(platform, parent, "{}").status == 400)
            #expect(try await replay(platform, parent, #"[{"op":"remove","path":"/x"}]"#).status == 409)
            #expect(try await replay(platform, parent, #"[{"op":"add","path":"","value":1}]"#).status == 400)
            #expect(try await platform.jobs.jobs().count == 1)
        }
    }

    @Test func aJobThatRunsIsNotReplayed() async throws {
        let gate = Promise<Void>()
        let slow = JobPlatform.Worker("slow", tags: ["slow"]) { _ in
            try await gate.value
            return .empty()
        }
        try await JobPlatform.with([slow]) { platform in
            let id = try await platform.jobs.submit(try .text(#"{"steps":[{"tasks":[{"tag":"slow"}]}]}"#)).jobID
            #expect(try await replay(platform, id).status == 409)
            gate.fulfil(.success(()))
            _ = try await platform.follow(id)
        }
    }

    @Test func aReplayWithAKeyIsOneJob() async throws {
        let calls = Recorder<JSONValue>()
        try await JobPlatform.with([echo(calls)]) { platform in
            let first = try await platform.ask("run", document).json
            let parent = try #require(first["jobId"]?.stringValue)
            let answer = try await replay(platform, parent, "", ["idempotency-key": "k"])
            let again = try await replay(platform, parent, "", ["idempotency-key": "k"])
            #expect(again.json == answer.json)
            _ = try await platform.follow(try #require(answer.json["jobId"]?.stringValue))
            #expect(try await platform.jobs.jobs().count == 2)
        }
    }
}
