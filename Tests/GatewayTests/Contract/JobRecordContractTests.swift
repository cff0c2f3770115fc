import JSON
import NIOHTTP1
import Testing

/// Section 4 of the contract: what is kept of jobs, and submissions that are made twice.
@Suite(.timeLimit(.minutes(1))) struct JobRecordContractTests {
    private let upper: JSONValue = [
        "name": "upper", "sharedState": ["text": "hello"],
        "steps": [
            ["name": "shout", "tasks": [["tag": "uppercase", "input": ["input": ["$fromState": "/text"]]]]]
        ],
    ]

    @Test func aKeyMakesASecondSubmissionAnswerWithTheFirstOnesJob() async throws {
        try await withPlatform { platform in
            let key = ["idempotency-key": "order-7"]
            let first = try await platform.api.post("/run-job", upper, key)
            let second = try await platform.api.post("/run-job", upper, key)
            #expect(first.status == 200)
            #expect(second.status == 200)
            let ids = try [first, second].map { try $0.json["jobId"] }
            #expect(ids[0] == ids[1])
            try await platform.api.post("/run-job", ["steps": []], key).expectError(422)
            #expect(try await platform.api.get("/jobs").json.arrayValue?.count == 1)
        }
    }

    @Test func manySubmissionsWithOneKeyAtOnceAreOneJob() async throws {
        try await withPlatform { platform in
            let ids = try await withThrowingTaskGroup(of: String?.self) { group in
                for _ in 0..<50 {
                    group.addTask {
                        let headers = ["idempotency-key": "same", "prefer": "respond-async"]
                        return try await platform.api.post("/run-job", upper, headers).json["jobId"]?.stringValue
                    }
                }
                return try await group.reduce(into: Set<String?>()) { $0.insert($1) }
            }
            #expect(ids.count == 1)
            #expect(try await platform.api.get("/jobs").json.arrayValue?.count == 1)
        }
    }

    @Test func theClientMayChooseTheJobsID() async throws {
        try await withPlatform { platform in
            var job = upper
            job["jobId"] = "0190a000-0000-7000-8000-000000000001"
            let answer = try await platform.api.post("/run-job", job)
            #expect(try answer.json["jobId"] == "0190a000-0000-7000-8000-000000000001")
            #expect(try await platform.api.post("/run-job", job).json["jobId"] == job["jobId"])
        }
    }

    @Test func theJobsAreReadAPageAtATime() async throws {
        try await withPlatform { platform in
            for name in ["a", "b", "c"] {
                var job = upper
                job["name"] = .string(name)
                _ = try await platform.api.post("/run-job", job)
            }
            let first = try await platform.api.get("/jobs?limit=2&order=desc")
            #expect(try first.json.arrayValue?.map { $0["name"] } == ["c", "b"])
            let link = try #require(first.header("link"))
            #expect(link.hasSuffix("; rel=\"next\""))
            let url = try #require(link.split(separator: ">").first?.dropFirst())
            #expect(url.hasPrefix(platform.api.baseURL))
            let last = try await platform.api.get(String(url.dropFirst(platform.api.baseURL.count)))
            #expect(try last.json.arrayValue?.map { $0["name"] } == ["a"])
            #expect(last.header("link") == nil)
        }
    }

    @Test func theHistoryIsTheWholeJournal() async throws {
        try await withPlatform { platform in
            let id = try #require(try await platform.api.post("/run-job", upper).json["jobId"]?.stringValue)
            let history = try await platform.api.get("/jobs/\(id)/history").json
            #expect(history["jobId"]?.stringValue == id)
            let entries = try #require(history["entries"]?.arrayValue)
            #expect(entries.map { $0["sequence"] } == (1...entries.count).map { JSONValue($0) })
            #expect(entries.last?["type"] == "job.completed")
            let rest = try await platform.api.get("/jobs/\(id)/history?since=2&limit=1").json
            #expect(rest["entries"]?.arrayValue?.map { $0["sequence"] } == [3])
            #expect(rest["more"] == true)
        }
    }

    @Test func aJobShowsTheProgressOfItsTasks() async throws {
        try await withPlatform { platform in
            let id = try #require(try await platform.api.post("/run-job", upper).json["jobId"]?.stringValue)
            let job = try await platform.api.get("/jobs/\(id)").json
            let step = try #require(job["progress"]?[0])
            #expect(step["name"] == "shout")
            #expect(step["status"] == "completed")
            #expect(step["tasks"]?[0]?["tag"] == "uppercase")
            #expect(step["tasks"]?[0]?["status"] == "completed")
            #expect(step["tasks"]?[0]?["service"] == "service-a")
        }
    }

    @Test func aReplayIsANewJobThatNamesItsParent() async throws {
        try await withPlatform { platform in
            let id = try #require(try await platform.api.post("/run-job", upper).json["jobId"]?.stringValue)
            let answer = try await platform.api.send(.POST, "/jobs/\(id)/replay")
            #expect(answer.status == 202, "\(answer.text)")
            #expect(try answer.json["parent"]?.stringValue == id)
            let replay = try #require(try answer.json["jobId"]?.stringValue)
            #expect(answer.header("location") == "\(platform.api.baseURL)/jobs/\(replay)")
            #expect(try await platform.events(of: replay).last?["type"] == "platform.job.completed")
        }
    }
}
