import JSON
import NIOHTTP1
import Testing

/// Section 4 of the contract: stopping and holding a job over HTTP.
@Suite(.timeLimit(.minutes(1))) struct JobSteeringContractTests {
    @Test func aCancelledJobIsPutBack() async throws {
        try await withPlatform { platform in
            try await HeldJobs.with(on: platform) { jobs in
                let id = try await jobs.submit("ada")
                #expect(try await platform.hasPerson("ada"))
                let answer = try await platform.api.post("/jobs/\(id)/cancel", ["reason": "wrong order"])
                #expect(answer.status == 202, "\(answer.text)")
                #expect(try answer.json["jobId"]?.stringValue == id)
                jobs.letGo()
                let events = try await jobs.events(of: id)
                let cancelling = try #require(events.first { $0["type"] == "platform.job.cancelling" })
                #expect(cancelling["data"]?["reason"] == "wrong order")
                #expect(cancelling["data"]?["by"] == "http/127.0.0.1")
                #expect(events.last?["type"] == "platform.job.cancelled")
                #expect(try await platform.api.get("/jobs/\(id)").json["status"] == "cancelled")
                #expect(try await platform.hasPerson("ada") == false)
                try await platform.api.send(.POST, "/jobs/\(id)/cancel").expectError(409)
            }
        }
    }

    @Test func aJobThatIsCancelledWithoutRevertLeavesItsEffects() async throws {
        try await withPlatform { platform in
            try await HeldJobs.with(on: platform) { jobs in
                let id = try await jobs.submit("bob")
                #expect(try await platform.api.send(.POST, "/jobs/\(id)/cancel?revert=false").status == 202)
                jobs.letGo()
                #expect(try await jobs.events(of: id).last?["type"] == "platform.job.cancelled")
                #expect(try await platform.hasPerson("bob"))
            }
        }
    }

    @Test func aPausedJobSendsNothingUntilItIsResumed() async throws {
        try await withPlatform { platform in
            try await HeldJobs.with(on: platform) { jobs in
                let id = try await jobs.submit("eve")
                let paused = try await platform.api.post("/jobs/\(id)/pause", ["reason": "night"])
                #expect(paused.status == 202, "\(paused.text)")
                #expect(try await platform.api.get("/jobs/\(id)").json["status"] == "paused")
                let explained = try await platform.api.get("/jobs/\(id)/explain").json
                #expect(explained["sentence"]?.stringValue?.isEmpty == false)
                jobs.letGo()
                #expect(try await platform.api.send(.POST, "/jobs/\(id)/resume").status == 202)
                let types = try await jobs.events(of: id).compactMap { $0["type"]?.stringValue }
                let pausing = try #require(types.firstIndex(of: "platform.job.paused"))
                let resumed = try #require(types.firstIndex(of: "platform.job.resumed"))
                #expect(pausing < resumed)
                #expect(types.last == "platform.job.completed")
                try await platform.api.send(.POST, "/jobs/\(id)/pause").expectError(409)
            }
        }
    }

    @Test(arguments: ["cancel", "pause", "resume", "undo", "replay"])
    func aJobThatIsNotThereCannotBeSteered(_ operation: String) async throws {
        try await withPlatform { platform in
            let id = "01900000-0000-7000-8000-000000000000"
            let answer = try await platform.api.send(.POST, "/jobs/\(id)/\(operation)")
            let sentence = try answer.expectError(404)
            #expect(!sentence.contains("Unknown operation"))
        }
    }
}
