import Bus
import Discovery
import JSON
import SharedState
import Support
import Testing

@testable import JobControl

@Suite(.timeLimit(.minutes(1))) struct JobServiceTests {
    /// Answers `{ "result": uppercase of input }`, 400 when there is no input.
    private static let text = JobPlatform.Worker("text", tags: ["uppercase"]) { request in
        guard let input = try request.json()["input"]?.stringValue else {
            throw Problem(.badRequest, "Input must be a string")
        }
        return .json(["result": .string(input.uppercased())])
    }

    @Test func aJobReadsStateCallsAServiceAndStoresItsResult() async throws {
        try await JobPlatform.with([Self.text]) { platform in
            let created = try await platform.state.create(id: "s 1", content: ["in": "ada"])
            let (status, answer, _) = try await platform.ask(
                "run",
                """
                { "sharedStateURL": "http://somewhere:4500/state/s%201", "sharedState": { "more": true },
                  "steps": [ { "tasks": [ { "tag": "uppercase", "input": { "input": { "$fromState": "/in" } },
                    "storeResultAt": { "targetPath": "/deep/out", "sourcePath": "result" } } ] } ] }
                """
            )
            #expect(status == 200)
            #expect(answer["status"] == "completed")
            let content = try await platform.state.read(created.id).content
            #expect(content == ["in": "ada", "more": true, "deep": ["out": "ADA"]])
        }
    }

    @Test func aFreshDocumentIsMadeUnderTheJobsID() async throws {
        try await JobPlatform.with([Self.text]) { platform in
            let (_, answer, _) = try await platform.ask(
                "run",
                """
                { "sharedState": { "id": "mine", "in": "x" }, "steps": [ { "tasks": [ { "tag": "uppercase",
                  "input": { "input": { "$fromState": "/in" } }, "storeResultAt": "/out" } ] } ] }
                """
            )
            let id = try #require(answer["jobId"]?.stringValue)
            let content = try await platform.state.read(id).content
            #expect(content == ["id": "mine", "in": "x", "out": ["result": "X"]])
        }
    }

    @Test func aFailedJobAnswers500AndSaysWhatFailed() async throws {
        try await JobPlatform.with([Self.text]) { platform in
            let (status, answer, _) = try await platform.ask(
                "run",
                #"{ "steps": [ { "tasks": [ { "name": "shout", "tag": "uppercase", "input": { "input": 7 } } ] } ] }"#
            )
            #expect(status == 500)
            #expect(answer["error"]?["status"] == "error")
            #expect(answer["error"]?["task"] == "shout")
            #expect(answer["error"]?["error"] == "text answered 400: Input must be a string")
            #expect(answer["error"]?["statusCode"] == 400)
        }
    }

    @Test func aTagThatNobodyHasFailsTheTask() async throws {
        try await JobPlatform.with([]) { platform in
            let (status, answer, _) = try await platform.ask("run", #"{"steps":[{"tasks":[{"tag":"nobody"}]}]}"#)
            #expect(status == 500)
            #expect(answer["error"]?["error"] == "No service found for tag nobody")
        }
    }

    @Test func aDocumentThatIsNotValidIsRefusedWithItsFaults() async throws {
        try await JobPlatform.with([]) { platform in
            let (status, answer, annotations) = try await platform.ask("run", #"{"steps":[{}, 7]}"#)
            #expect(status == 400)
            #expect(annotations["content-type"] == "application/problem+json")
            #expect(answer["errors"]?.arrayValue?.map { $0["pointer"] } == ["/steps/0/tasks", "/steps/1"])
            #expect(try await platform.ask("submit", "no JSON").status == 400)
            #expect(try await platform.jobs.jobs() == [])
        }
    }

    @Test func whatCompletedIsRevertedWithItsRequest() async throws {
        let seen = Recorder<JSONValue>()
        let undoable = JobPlatform.Worker("undoable", tags: ["undoable"]) { request in
            let body = try request.json()
            seen.record(["op": .string(request.operation), "body": body])
            return .json(["status": "ok"])
        }
        try await JobPlatform.with([Self.text, undoable]) { platform in
            let (status, _, _) = try await platform.ask(
                "run",
                """
                { "steps": [ { "tasks": [ { "tag": "undoable", "input": { "n": 1 } } ] },
                             { "tasks": [ { "tag": "undoable", "input": { "n": 2 } } ] },
                             { "tasks": [ { "tag": "uppercase" } ] } ] }
                """
            )
            #expect(status == 500)
            let calls = seen.elements
            #expect(calls.map { $0["op"] } == ["execute", "execute", "revert", "revert"])
            #expect(calls.map { $0["body"]?["n"] } == [1, 2, 2, 1])
            #expect(calls[0]["body"] == calls[3]["body"])
            #expect(calls[0]["body"]?["requestId"] != calls[1]["body"]?["requestId"])
        }
    }

    @Test func theServiceThatRegisteredFirstIsTakenUnlessOneIsNamed() async throws {
        let named = { (name: String) in
            JobPlatform.Worker(name, tags: ["who"]) { _ in .json(["result": .string(name)]) }
        }
        try await JobPlatform.with([named("one"), named("two")]) { platform in
            let (status, answer, _) = try await platform.ask(
                "run",
                """
                { "steps": [ { "tasks": [
                  { "tag": "who", "serviceName": "two", "storeResultAt": { "targetPath": "/a", "sourcePath": "result" } },
                  { "tag": "who", "service": "one", "storeResultAt": { "targetPath": "/b", "sourcePath": "result" } },
                  { "tag": "who", "service": "three", "storeResultAt": { "targetPath": "/c", "sourcePath": "result" } }
                ] } ] }
                """
            )
            #expect(status == 200)
            let content = try await platform.state.read(try #require(answer["jobId"]?.stringValue)).content
            #expect(content["a"] == "two")
            #expect(content["b"] == "one")
            #expect(content["c"] != nil)
        }
    }

    @Test func aResultThatIsNoJSONIsStoredRaw() async throws {
        let plain = JobPlatform.Worker("plain", tags: ["plain"]) { _ in
            BusReply(annotations: ["content-type": "text/plain"], body: Array("hello".utf8))
        }
        try await JobPlatform.with([plain]) { platform in
            let (_, answer, _) = try await platform.ask(
                "run",
                #"{"steps":[{"tasks":[{"tag":"plain","storeResultAt":"/x"}]}]}"#
            )
            let content = try await platform.state.read(try #require(answer["jobId"]?.stringValue)).content
            #expect(content == ["x": ["_raw": "hello", "_contentType": "text/plain"]])
        }
    }

    @Test func aServiceThatFailsIsRevertedSinceItMayHaveDoneIt() async throws {
        let operations = Recorder<String>()
        let broken = JobPlatform.Worker("broken", tags: ["broken"]) { request in
            operations.record(request.operation)
            if request.operation == "execute" { throw Problem(.internalServerError, "half done") }
            return .empty()
        }
        try await JobPlatform.with([broken]) { platform in
            let (status, _, _) = try await platform.ask("run", #"{"steps":[{"tasks":[{"tag":"broken"}]}]}"#)
            #expect(status == 500)
            #expect(operations.elements == ["execute", "revert"])
        }
    }

    @Test func aServiceThatTheGatewayDidNotCallIsNotReverted() async throws {
        let calls = Recorder<String>()
        try await JobPlatform.with([]) { platform in
            let web = Registration(serviceName: "web", serviceURL: "http://localhost:1", tags: ["web"])
            _ = try await DiscoveryClient(platform.client).register(web)
            try await platform.bus.worker("http-egress") { request in
                calls.record(request.operation)
                throw Problem.notSent(.serviceUnavailable, "not yet")
            }
            let (status, answer, _) = try await platform.ask("run", #"{"steps":[{"tasks":[{"tag":"web"}]}]}"#)
            #expect(status == 500)
            #expect(answer["error"]?["error"] == "web answered 503: not yet")
            #expect(calls.elements == ["execute"])
        }
    }

    @Test func servicesThatSpeakHTTPAreCalledThroughTheGatewayAndShareTheLoad() async throws {
        let calls = Recorder<[String]>()
        try await JobPlatform.with([Self.text]) { platform in
            let discovery = DiscoveryClient(platform.client)
            for port in [1, 2] {
                let url = "http://localhost:\(port)"
                _ = try await discovery.register(.init(serviceName: "web", serviceURL: url, tags: ["web"]))
            }
            while await platform.directory.find(tag: "web").count < 2 { await Task.yield() }
            try await platform.bus.worker("http-egress") { request in
                calls.record([request.operation, request.annotations["id"] ?? ""])
                return .json(["ok": true])
            }
            let steps = Array(repeating: #"{"tasks":[{"tag":"web"}]}"#, count: 4).joined(separator: ",")
            let last = #"{"tasks":[{"tag":"uppercase"}]}"#
            #expect(try await platform.ask("run", #"{"steps":[\#(steps),\#(last)]}"#).status == 500)
            let made = calls.elements.prefix(4).map { $0[1] }
            #expect(Set(made).count == 2)
            #expect(made[0] == made[2] && made[1] == made[3] && made[0] != made[1])
            #expect(calls.elements.suffix(4) == made.reversed().map { ["revert", $0] })
        }
    }
}
