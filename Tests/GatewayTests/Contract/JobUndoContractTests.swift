import Bus
import JSON
import NIOHTTP1
import Testing

/// Section 4 of the contract: undoing a job that has ended, and settling what a revert left behind.
@Suite(.timeLimit(.minutes(1))) struct JobUndoContractTests {
    private func job(making person: String, in state: String) -> JSONValue {
        [
            "name": "make", "state": .string(state),
            "steps": [
                [
                    "name": "make",
                    "tasks": [
                        [
                            "tag": "person",
                            "input": [
                                "command": "create", "resource": "person", "id": .string(person),
                                "payload": ["name": "Ada"],
                            ],
                            "storeResultAt": "/person",
                        ]
                    ],
                ]
            ],
        ]
    }

    @Test func aCompletedJobIsUndoneAfterItsPlanWasShown() async throws {
        try await withPlatform { platform in
            let api = platform.api
            _ = try await api.post("/state", ["id": "s", "n": 1])
            let ran = try await api.post("/run-job", job(making: "ada", in: "s"))
            let id = try #require(try ran.json["jobId"]?.stringValue, "\(ran.text)")
            let plan = try await api.get("/jobs/\(id)/undo").json
            #expect(plan["jobId"]?.stringValue == id)
            #expect(plan["tasks"]?.arrayValue?.map { $0["grade"] } == ["reversible"])
            #expect(try await platform.hasPerson("ada"))
            let answer = try await api.send(.POST, "/jobs/\(id)/undo")
            #expect(answer.status == 202, "\(answer.text)")
            #expect(try answer.json["status"] == "reverting")
            let events = try await platform.events(of: id)
            #expect(events.last?["type"] == "platform.job.undone")
            #expect(events.contains { $0["type"] == "platform.undo.started" && $0["data"]?["by"] == "http/127.0.0.1" })
            #expect(try await platform.hasPerson("ada") == false)
            #expect(try await api.get("/state/s").json == ["n": 1])
            #expect(try await api.get("/jobs/\(id)").json["status"] == "undone")
        }
    }

    @Test func aJobThatRunsCannotBeUndone() async throws {
        try await withPlatform { platform in
            try await HeldJobs.with(on: platform) { jobs in
                let id = try await jobs.submit("bob")
                try await platform.api.send(.POST, "/jobs/\(id)/undo").expectError(409)
                jobs.letGo()
                _ = try await jobs.events(of: id)
            }
        }
    }

    @Test func whatARevertLeftIsInTheInboxUntilAPersonDismissesIt() async throws {
        try await withPlatform { platform in
            let refusing: @Sendable () -> BusReply = { Problem(.conflict, "It was shipped").reply }
            try await HeldJobs.with(on: platform, reverting: refusing) { jobs in
                let api = platform.api
                let id = try await jobs.submit("eve")
                jobs.letGo()
                _ = try await jobs.events(of: id)
                let undo = try await api.send(.POST, "/jobs/\(id)/undo?force=true")
                #expect(undo.status == 202, "\(undo.text)")
                #expect(try await jobs.events(of: id).last?["type"] == "platform.job.revert-incomplete")
                #expect(try await platform.hasPerson("eve") == false)
                let items = try #require(try await api.get("/inbox").json.arrayValue)
                let item = try #require(items.first { $0["jobId"]?.stringValue == id })
                #expect(item["id"]?.stringValue == "\(id).1.0")
                let path = "/inbox/\(id).1.0"
                try await api.post(path, ["action": "forget"]).expectError(400)
                let settled = try await api.post(path, ["action": "dismiss", "note": "it is gone"])
                #expect(settled.status == 200, "\(settled.text)")
                #expect(try await jobs.events(of: id).last?["type"] == "platform.job.undone")
                #expect(try await api.get("/inbox").json == [])
                try await api.post(path, ["action": "dismiss"]).expectError(404)
            }
        }
    }
}
