import JSON
import Support
import Testing

/// The command line over HTTP in the place of the bus, and what it does without a platform.
@Suite(.timeLimit(.minutes(3)), .runsOnPlatform) struct JobRunnerHTTPTests: RunnerSuite {
    @Test func aJobRunsAndIsFollowedOverHTTP() async throws {
        let platform = try platform()
        let gateway = "http://127.0.0.1:\(platform.httpPort)"
        let job = try file(uppercase)
        let ran = try await platform.runner(job, "--gateway", gateway, "--set", "/text=a", "--emit", "--output", "json")
        #expect(ran.exitCode == 0, "\(ran.error)")
        #expect(ran.output.contains(#""A""#))
        let events = try ran.error.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
        #expect(events.first?["type"] == "platform.job.submitted")
        #expect(events.last?["type"] == "platform.job.completed")
        let jobID = try #require(events.last?["data"]?["jobId"]?.stringValue)
        let watched = try await platform.runner("watch", jobID, "--job-url", gateway, "--output", "json")
        #expect(watched.error == ran.error)
        let status = try await platform.runner("status", jobID, "--gateway", gateway, "--output", "json")
        #expect(try JSONValue(parsing: status.output)["status"] == "completed")
    }

    @Test func aPlatformThatIsNotThereEndsWithThree() async throws {
        let port = try FreePorts.take(1)[0]
        let result = try await platform().runner(try file(uppercase), "--gateway", "http://127.0.0.1:\(port)")
        #expect(result.exitCode == 3)
        #expect(result.error.contains("127.0.0.1:\(port)"))
    }

    @Test func aJobThatDoesNotExistEndsWithTwoWhicheverWayItIsAskedFor() async throws {
        let platform = try platform()
        let id = "01900000-0000-7000-8000-000000000000"
        let gateway = "http://127.0.0.1:\(platform.httpPort)"
        #expect(try await platform.runner("status", id).exitCode == 2)
        #expect(try await platform.runner("status", id, "--gateway", gateway).exitCode == 2)
        #expect(try await platform.runner("watch", id, "--gateway", gateway).exitCode == 2)
    }

    @Test func theNewestJobsAreListed() async throws {
        let platform = try platform()
        #expect(try await platform.runner(try file(uppercase), "--set", "/text=a").exitCode == 0)
        let table = try await platform.runner("list")
        #expect(table.output.hasPrefix("ID"))
        #expect(table.output.contains("shout"))
        let rows = try await platform.runner("list", "--output", "json", "--name", "shout").output.split(
            separator: "\n"
        )
        #expect(try rows.allSatisfy { try JSONValue(parsing: String($0))["name"] == "shout" })
    }

    @Test func aFileIsCheckedWithoutAPlatform() async throws {
        let platform = try platform()
        let good = try await platform.runner("validate", try file(uppercase))
        #expect(good.exitCode == 0)
        let bad = try await platform.runner("validate", try file(["steps": [["tasks": [["tag": 7], ["tag": 8]]]]]))
        #expect(bad.exitCode == 2)
        #expect(bad.output.contains("/steps/0/tasks/0/tag: "))
        #expect(bad.output.contains("/steps/0/tasks/1/tag: "))
    }
}
