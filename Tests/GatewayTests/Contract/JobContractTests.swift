import Gateway
import JSON
import NIOHTTP1
import Testing

/// Section 4 of the contract, over HTTP through gateway, broker, job-control and the services that jobs call.
@Suite(.timeLimit(.minutes(1))) struct JobContractTests {
    private let upper: JSONValue = [
        "name": "upper", "sharedState": ["text": "hello"],
        "steps": [
            [
                "name": "shout",
                "tasks": [
                    [
                        "tag": "uppercase", "input": ["input": ["$fromState": "/text"]],
                        "storeResultAt": ["targetPath": "/loud", "sourcePath": "/result"],
                    ]
                ],
            ]
        ],
    ]

    private func failing(_ id: String) -> JSONValue {
        [
            "name": "failing",
            "steps": [
                [
                    "name": "make",
                    "tasks": [
                        [
                            "tag": "person",
                            "input": [
                                "command": "create", "resource": "person", "id": .string(id),
                                "payload": ["name": "Ada"],
                            ],
                        ]
                    ],
                ],
                ["name": "fail", "tasks": [["tag": "uppercase", "input": ["input": 7]]]],
            ],
        ]
    }

    private func person(_ id: String, _ api: TestAPI) async throws -> Int {
        try await api.post(
            "/services/person/execute",
            ["command": "read", "resource": "person", "id": .string(id)]
        ).status
    }

    @Test func aJobRunsToItsEnd() async throws {
        try await withPlatform { platform in
            _ = try await platform.api.post("/state", ["id": "s"])
            var job = upper
            job["sharedStateURL"] = .string(platform.api(of: "shared-state").baseURL + "/state/s")
            let answer = try await platform.api.post("/run-job", job)
            #expect(answer.status == 200, "\(answer.text)")
            #expect(try answer.json["status"] == "completed")
            #expect(try answer.json["jobId"]?.stringValue != nil)
            #expect(try await platform.api.get("/state/s").json == ["text": "hello", "loud": "HELLO"])
        }
    }

    @Test func aJobThatFailsSaysWhyAndLeavesNothing() async throws {
        try await withPlatform { platform in
            let answer = try await platform.api.post("/run-job", failing("ada"))
            #expect(answer.status == 500)
            #expect(try answer.json["jobId"]?.stringValue != nil)
            #expect(try answer.json["error"]?["status"] == "error")
            #expect(try answer.json["error"]?["error"] != nil)
            #expect(try answer.json["instance"] == nil)
            #expect(answer.header("content-type") == "application/json")
            #expect(try await person("ada", platform.api) == 404)
            let id = try #require(try answer.json["jobId"]?.stringValue)
            let job = try await platform.api.get("/jobs/\(id)").json
            #expect(job["status"] == "failed")
            #expect(job["error"]?.stringValue != nil)
            #expect(job["failedTask"]?.stringValue != nil)
        }
    }

    @Test(arguments: ["{}", #"{"steps":{}}"#, #"{"steps":[{}]}"#, #"{"steps":[{"tasks":[7]}]}"#, "[]", "{", ""])
    func aDocumentThatIsNotValidIsRefusedWithItsFaults(_ body: String) async throws {
        try await withPlatform { platform in
            try await platform.api.text(.POST, "/run-job", body).expectError(400)
        }
    }

    @Test func aFaultIsNamedByItsPointer() async throws {
        try await withPlatform { platform in
            let answer = try await platform.api.text(.POST, "/run-job", #"{"steps":[{"tasks":[{"tag":7}]}]}"#)
            try answer.expectError(400)
            #expect(answer.text.contains("/steps/0/tasks/0"))
        }
    }

    @Test func whoDoesNotWantToWaitIsToldTheJob() async throws {
        try await withPlatform { platform in
            let answer = try await platform.api.post("/run-job", upper, ["prefer": "Respond-Async"])
            #expect(answer.status == 202)
            let id = try #require(try answer.json["jobId"]?.stringValue)
            #expect(answer.header("location")?.hasSuffix("/jobs/\(id)") == true)
            #expect(answer.header("preference-applied") == "respond-async")
        }
    }

    @Test func whoWaitsSomeSecondsGetsTheOutcomeOfAJobThatEndsInThem() async throws {
        try await withPlatform { platform in
            let answer = try await platform.api.post("/run-job", upper, ["prefer": "wait=20"])
            #expect(answer.status == 200)
            #expect(try answer.json["status"] == "completed")
            #expect(answer.header("preference-applied") == "wait=20")
        }
    }

    @Test(arguments: ["wait=0", "respond-async, wait=0"])
    func whoseTimeIsOverIsToldTheJobWhichGoesOn(_ prefer: String) async throws {
        let (released, release) = AsyncStream.makeStream(of: Void.self)
        let handler: HTTPService.Handler = { _ in
            for await _ in released { break }
            return HTTPService.json(["done": true])
        }
        try await withPlatform { platform in
            try await HTTPService.run(["POST /execute": handler]) { _, url in
                let entry: JSONValue = ["serviceName": "held", "serviceURL": .string(url), "tags": ["held"]]
                _ = try await platform.api.post("/register", entry)
                let job: JSONValue = ["steps": [["tasks": [["tag": "held", "storeResultAt": "/held"]]]]]
                let answer = try await platform.api.post("/run-job", job, ["prefer": prefer])
                #expect(answer.status == 202)
                #expect(answer.header("preference-applied") == prefer)
                let id = try #require(try answer.json["jobId"]?.stringValue)
                #expect(answer.header("location") == "\(platform.api.baseURL)/jobs/\(id)")
                release.finish()
                let events = try await platform.api.get("/jobs/\(id)/events")
                #expect(events.text.contains("platform.job.completed"))
            }
        }
    }

    @Test func theJobsAreListedInOrderOfSubmission() async throws {
        try await withPlatform { platform in
            #expect(try await platform.api.get("/jobs").json == [])
            _ = try await platform.api.post("/run-job", upper)
            _ = try await platform.api.post("/run-job", failing("bob"))
            let jobs = try #require(try await platform.api.get("/jobs").json.arrayValue)
            #expect(jobs.map { $0["name"] } == ["upper", "failing"])
            let first = try #require(jobs.first)
            #expect(first["status"] == "completed")
            #expect(first["steps"] == 1)
            #expect(first["error"] == .null)
            #expect(first["rel"] == "job")
            #expect(first["completedAt"]?.stringValue?.hasSuffix("Z") == true)
            let id = try #require(first["id"]?.stringValue)
            #expect(first["href"]?.stringValue == platform.api.baseURL + "/jobs/\(id)")
        }
    }

    @Test func oneJobIsRead() async throws {
        try await withPlatform { platform in
            let id = try #require(try await platform.api.post("/run-job", upper).json["jobId"]?.stringValue)
            let job = try await platform.api.get("/jobs/\(id)").json
            #expect(job["id"]?.stringValue == id)
            #expect(job["steps"] == 1)
            #expect(job["error"] == nil)
            #expect(job["rel"] == "jobs")
            try await platform.api.get("/jobs/nothing").expectError(404)
        }
    }

    @Test func jobsAreFilteredByPartsOfTheirMembers() async throws {
        try await withPlatform { platform in
            _ = try await platform.api.post("/run-job", upper)
            _ = try await platform.api.post("/run-job", failing("eve"))
            func names(_ query: String) async throws -> [JSONValue?] {
                try await platform.api.get("/filter?\(query)").json.arrayValue?.map { $0["name"] } ?? []
            }
            #expect(try await names("name=pp") == ["upper"])
            #expect(try await names("status=fail") == ["failing"])
            #expect(try await names("name=a&status=completed") == [])
            #expect(try await names("createdAt=T&name=") == ["upper", "failing"])
        }
    }

    @Test func aJobsEventsAreStreamedToTheLastOne() async throws {
        try await withPlatform { platform in
            let id = try #require(
                try await platform.api.post("/run-job", upper, ["prefer": "respond-async"]).json["jobId"]?.stringValue
            )
            let all = try await platform.api.get("/jobs/\(id)/events")
            #expect(all.status == 200)
            #expect(all.header("content-type") == "text/event-stream")
            let events = try serverSentEvents(all.text)
            #expect(events.map(\.id) == (1...events.count).map(String.init))
            #expect(events.first?.data["type"] == "platform.job.submitted")
            #expect(events.last?.data["type"] == "platform.job.completed")
            let rest = try await platform.api.get("/jobs/\(id)/events", ["last-event-id": "2"])
            #expect(try serverSentEvents(rest.text).first?.id == "3")
            let none = try await platform.api.get("/jobs/\(id)/events", ["last-event-id": "\(events.count)"])
            #expect(try serverSentEvents(none.text).isEmpty)
            try await platform.api.get("/jobs/nothing/events").expectError(404)
            try await platform.api.get("/jobs/\(id)/events", ["last-event-id": "x"]).expectError(400)
        }
    }

    @Test func aWatcherSeesEventsAsTheyHappenAndTheStreamEndsWithTheJob() async throws {
        let (released, release) = AsyncStream.makeStream(of: Void.self)
        let routes: [String: HTTPService.Handler] = [
            "POST /execute": { _ in
                for await _ in released { break }
                return HTTPService.json(["done": true])
            }
        ]
        try await withPlatform { platform in
            try await HTTPService.run(routes) { _, url in
                let entry: JSONValue = ["serviceName": "held", "serviceURL": .string(url), "tags": ["held"]]
                _ = try await platform.api.post("/register", entry)
                let job: JSONValue = ["steps": [["tasks": [["tag": "held", "storeResultAt": "/held"]]]]]
                let submitted = try await platform.api.post("/run-job", job, ["prefer": "respond-async"])
                let id = try #require(try submitted.json["jobId"]?.stringValue)
                try await RawConnection.open(port: platform.ports.main) { connection in
                    try await connection.send("GET /jobs/\(id)/events HTTP/1.1\r\nHost: h\r\n\r\n")
                    _ = try await connection.read(until: "platform.task.started")
                    release.yield()
                    let rest = try await connection.read(until: "\r\n0\r\n\r\n")
                    #expect(rest.contains("platform.job.completed"))
                }
            }
        }
    }

    private func serverSentEvents(_ text: String) throws -> [(id: String, data: JSONValue)] {
        try text.split(separator: "\n\n").filter { $0.hasPrefix("id: ") }.map { block in
            let lines = block.split(separator: "\n")
            return (String(lines[0].dropFirst(4)), try JSONValue(parsing: String(lines[1].dropFirst(6))))
        }
    }

    @Test func jobControlHasAPortOfItsOwn() async throws {
        try await withPlatform { platform async throws in
            let api = platform.api(of: "job-control")
            #expect(try await api.get("/ping").json == ["status": "ok"])
            #expect(try await api.get("/").json["name"] == "job-control")
            #expect(try await api.get("/forms").json.arrayValue?.isEmpty == false)
            #expect(try await api.post("/run-job", upper).status == 200)
        }
    }
}
