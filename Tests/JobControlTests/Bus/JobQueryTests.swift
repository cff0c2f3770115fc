import Bus
import JSON
import Testing

@testable import JobControl

@Suite(.timeLimit(.minutes(1))) struct JobQueryTests {
    private static let echo = JobPlatform.Worker("echo", tags: ["echo"]) { .json(try $0.json()) }
    private static let base: Annotations = ["base-url": "http://localhost:8080"]

    @Test func aSubmissionIsAnsweredWhenItIsDurable() async throws {
        try await JobPlatform.with([Self.echo]) { platform in
            let (status, answer, annotations) = try await platform.ask(
                "submit",
                #"{"steps":[{"tasks":[{"tag":"echo"}]}]}"#,
                Self.base
            )
            let id = try #require(answer["jobId"]?.stringValue)
            #expect(status == 202)
            #expect(answer["status"] == "running")
            #expect(annotations["location"] == "http://localhost:8080/jobs/\(id)")
            #expect(try await platform.store.record(id) != nil)
        }
    }

    @Test func aListHasEveryMemberOfEveryJob() async throws {
        try await JobPlatform.with([Self.echo]) { platform in
            _ = try await platform.ask("run", #"{"name":"first","steps":[{"tasks":[{"tag":"echo"}]}]}"#)
            _ = try await platform.ask("run", #"{"steps":[{"tasks":[{"tag":"nobody"}]},{"tasks":[]}]}"#)
            let (status, rows, _) = try await platform.ask("list", "", Self.base)
            #expect(status == 200)
            let members = ["id", "status", "name", "createdAt", "completedAt", "steps", "error", "rel", "href"]
            #expect(rows.arrayValue?.map { $0.objectValue?.keys } == [members, members])
            #expect(rows[0]?["name"] == "first")
            #expect(rows[0]?["status"] == "completed")
            #expect(rows[0]?["error"] == JSONValue.null)
            #expect(rows[0]?["rel"] == "job")
            let id = try #require(rows[0]?["id"]?.stringValue)
            #expect(rows[0]?["href"] == .string("http://localhost:8080/jobs/\(id)"))
            #expect(rows[1]?["name"] == JSONValue.null)
            #expect(rows[1]?["status"] == "failed")
            #expect(rows[1]?["steps"] == 2)
            #expect(rows[1]?["error"] == "No service found for tag nobody")
        }
    }

    @Test func aJobHasTheMembersThatItHas() async throws {
        try await JobPlatform.with([Self.echo]) { platform in
            let done = try await platform.ask("run", #"{"steps":[{"tasks":[{"tag":"echo"}]}]}"#).json
            let job = try await platform.ask("job", "", ["id": try #require(done["jobId"]?.stringValue)]).json
            let members = ["id", "status", "name", "createdAt", "completedAt", "steps", "progress", "rel", "href"]
            #expect(job.objectValue?.keys == members)
            #expect(job["rel"] == "jobs")
            #expect(job["href"] == "/jobs")
            let failed = try await platform.ask("run", #"{"steps":[{"tasks":[{"tag":"nobody"}]}]}"#).json
            let other = try await platform.ask("job", "", ["id": try #require(failed["jobId"]?.stringValue)]).json
            #expect(other["error"] == "No service found for tag nobody")
            #expect(other["failedTask"] == "nobody")
        }
    }

    @Test func anUnknownJobIsNotFound() async throws {
        try await JobPlatform.with([]) { platform in
            let (status, answer, _) = try await platform.ask("job", "", ["id": "7"])
            #expect(status == 404)
            #expect(answer["error"] == "Job not found: 7")
            #expect(try await platform.ask("events", "", ["id": "7"]).status == 404)
            #expect(try await platform.ask("job").status == 400)
        }
    }

    @Test func aFilterFindsParts() async throws {
        try await JobPlatform.with([]) { platform in
            _ = try await platform.ask("run", #"{"name":"order-intake","steps":[]}"#)
            _ = try await platform.ask("run", #"{"name":"other","steps":[{"tasks":[{"tag":"nobody"}]}]}"#)
            #expect(try await platform.ask("filter", #"{"name":"order"}"#).json.arrayValue?.count == 1)
            #expect(try await platform.ask("filter", #"{"status":"fail"}"#).json[0]?["name"] == "other")
            #expect(try await platform.ask("filter", #"{"name":"o","status":"x"}"#).json == [])
            #expect(try await platform.ask("filter").json.arrayValue?.count == 2)
            #expect(try await platform.ask("filter", #"{"name":7}"#).status == 400)
            #expect(try await platform.ask("filter", "[]").status == 400)
        }
    }

    @Test func aWatcherSeesEveryEventOnceAndInOrder() async throws {
        try await JobPlatform.with([Self.echo]) { platform in
            let document = try JSONValue(parsing: #"{"steps":[{"tasks":[{"tag":"echo","storeResultAt":"/x"}]}]}"#)
            let submission = try await platform.jobs.submit(document)
            let events = try await platform.follow(submission.jobID)
            #expect(events.map(\.sequence) == Array(1...UInt64(events.count)))
            #expect(
                events.map { $0.type.dropFirst("platform.".count) } == [
                    "job.submitted", "job.started", "step.started", "task.started", "task.completed", "state.stored",
                    "step.completed", "job.completed",
                ]
            )
            let replay = try await platform.jobs.events(of: submission.jobID, after: 6)
            #expect(replay.events == Array(events.suffix(2)))
            #expect(replay.ended)
        }
    }

    @Test func commonOperationsAreAnswered() async throws {
        try await JobPlatform.with([]) { platform in
            let ping = try await platform.ask("ping")
            #expect(ping.json == ["status": "ok"])
            #expect(try await platform.ask("about").json["name"] == "job-control")
            let forms = try await platform.ask("forms", "", Self.base).json
            #expect(forms[0]?["href"] == "http://localhost:8080/run-job")
            #expect(try await platform.ask("dance").status == 404)
        }
    }

    @Test func aClientReadsProblems() async throws {
        try await JobPlatform.with([]) { platform in
            let refusal = await #expect(throws: Problem.self) { try await platform.jobs.submit(["steps": 1]) }
            #expect(refusal?.status == 400)
            #expect(refusal?.members["errors"]?[0]?["pointer"] == "/steps")
            let unknown = await #expect(throws: Problem.self) { try await platform.jobs.job("7") }
            #expect(unknown?.status == 404)
        }
    }
}
