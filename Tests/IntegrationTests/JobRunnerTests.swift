import Bus
import Foundation
import JSON
import Logging
import Support
import Testing
import ZeroMQ

/// The command line as a person or a script meets it: real processes, real files, exit codes and streams.
@Suite(.timeLimit(.minutes(3)), .runsOnPlatform) struct JobRunnerTests: RunnerSuite {
    @Test func emitWithoutAFilePrintsTheFinalStateAndNothingElse() async throws {
        let result = try await platform().runner(ScratchPlatform.example("sample-job.json"), "--emit")
        #expect(result.exitCode == 0, "\(result.error)")
        #expect(try JSONValue(parsing: result.output)["upper"] == "HELLO, COMPOSABLE SERVICES")
    }

    @Test func emitWithAFileAndCleanupLeaveTheFileAndNoDocument() async throws {
        let job = try file(uppercase)
        let final = FileManager.default.temporaryDirectory.appending(path: "final-\(UUID()).json")
        defer { try? FileManager.default.removeItem(at: final) }
        let state = try file(["id": "cleaned", "text": "quiet"])
        let arguments = ["run", job, "--state", state, "--emit", final.path, "--cleanup"]
        let platform = try platform()
        let result = try await platform.run(ScratchPlatform.binaries.appending(path: "job-runner").path, arguments)
        #expect(result.exitCode == 0, "\(result.error)")
        #expect(result.output.isEmpty)
        let emitted = try JSONValue(parsing: [UInt8](try Data(contentsOf: final)))
        #expect(emitted == ["text": "quiet", "loud": "QUIET"])
        #expect(try await http(platform, "/state/cleaned") == 404)
    }

    @Test func theStateIsKeptWhenNothingElseIsSaid() async throws {
        let platform = try platform()
        let result = try await platform.runner(try file(uppercase), "--state", try file(["id": "kept", "text": "a"]))
        #expect(result.exitCode == 0, "\(result.error)")
        #expect(try await http(platform, "/state/kept") == 200)
    }

    @Test func anIDThatExistsIsRefusedUnlessOverwriteIsGiven() async throws {
        let platform = try platform()
        let job = try file(uppercase)
        let state = try file(["id": "taken", "text": "a"])
        #expect(try await platform.runner(job, "--state", state).exitCode == 0)
        let refused = try await platform.runner(job, "--state", state)
        #expect(refused.exitCode == 2)
        #expect(refused.error.contains("taken"))
        #expect(try await platform.runner(job, "--state", state, "--overwrite", "--emit").output.contains(#""A""#))
    }

    @Test func aValueOfTheCommandLineReachesTheTask() async throws {
        let result = try await platform().runner(try file(uppercase), "--set", "/text=\"one\"", "--emit")
        #expect(result.output.contains(#""ONE""#), "\(result.error)")
    }

    @Test func verboseShowsOneSubmissionOneSubscriptionOneReplayAndNoStatusRequest() async throws {
        let result = try await platform().runner(try file(uppercase), "--set", "/text=a", "--verbose")
        #expect(result.error.contains("1 × job-control submit"), "\(result.error)")
        #expect(result.error.contains("1 × subscription"))
        #expect(result.error.contains("1 × job-control events"))
        #expect(result.error.contains("bus requests sent: 3 "))
    }

    @Test func dryRunSendsNothing() async throws {
        let result = try await platform().runner(try file(uppercase), "--dry-run", "--bus", "tcp://127.0.0.1:9")
        #expect(result.exitCode == 0)
        #expect(try JSONValue(parsing: result.output)["job"]?["name"] == "shout")
    }

    @Test func aJobThatFailsEndsWithOneAndSaysWhy() async throws {
        let job: JSONValue = ["steps": [["tasks": [["tag": "nobody-has-this"]]]]]
        let result = try await platform().runner(try file(job))
        #expect(result.exitCode == 1)
        #expect(result.error.contains("No service found for tag nobody-has-this"))
    }

    @Test func aDocumentThatIsNotValidEndsWithTwoAndNamesThePlace() async throws {
        let result = try await platform().runner(try file(["steps": [["tasks": 7]]]))
        #expect(result.exitCode == 2)
        #expect(result.error.contains("/steps/0/tasks"))
    }

    @Test(arguments: [["run"], ["--no-such-option"], ["/does/not/exist.json"]])
    func badUsageEndsWithTwo(_ arguments: [String]) async throws {
        let platform = try platform()
        let runner = ScratchPlatform.binaries.appending(path: "job-runner").path
        #expect(try await platform.run(runner, arguments).exitCode == 2)
    }

    @Test func aPlatformThatIsNotThereEndsWithThree() async throws {
        let port = try FreePorts.take(1)[0]
        let result = try await platform().runner(try file(uppercase), "--bus", "tcp://127.0.0.1:\(port)")
        #expect(result.exitCode == 3)
        #expect(result.error.contains("127.0.0.1:\(port)"))
    }

    @Test func aFinalStateThatCannotBeWrittenIsRefusedBeforeTheJobRuns() async throws {
        let result = try await platform().runner(try file(uppercase), "--emit", "/no/such/folder/final.json")
        #expect(result.exitCode == 2)
        #expect(result.error.contains("/no/such/folder/final.json"))
    }

    @Test func anHTTPServiceTakesPartInAJobAndIsRevertedLikeAnyOther() async throws {
        let platform = try platform()
        let reserve: JSONValue = [
            "tag": "stock", "input": ["item": "chair", "quantity": 2], "storeResultAt": "/reserved",
        ]
        let impossible: JSONValue = ["tag": "stock", "input": ["item": "no such thing", "quantity": 1]]
        let done = try await platform.runner(try file(["steps": [["tasks": [reserve]]]]), "--emit")
        #expect(done.exitCode == 0, "\(done.error)")
        let job: JSONValue = ["steps": [["tasks": [reserve]], ["tasks": [impossible]]]]
        let failed = try await platform.runner(try file(job))
        #expect(failed.exitCode == 1)
        #expect(failed.error.contains("task.reverted"), "\(failed.error)")
    }

    @Test func jsonOutputIsOneEventALineWithoutHoles() async throws {
        let result = try await platform().runner(try file(uppercase), "--set", "/text=a", "--output", "json")
        let events = try result.error.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
        #expect(events.first?["type"] == "platform.job.submitted")
        #expect(events.last?["type"] == "platform.job.completed")
        let sequences = events.compactMap { event in
            event["sequence"]?.intValue ?? event["sequence"]?.stringValue.flatMap { Int($0) }
        }
        #expect(sequences == Array(1...events.count))
    }

    @Test func watchShowsAJobThatHasEndedFromItsBeginning() async throws {
        let platform = try platform()
        let ran = try await platform.runner(try file(uppercase), "--set", "/text=a", "--output", "json")
        let last = try JSONValue(parsing: String(try #require(ran.error.split(separator: "\n").last)))
        let jobID = try #require(last["data"]?["jobId"]?.stringValue)
        let watched = try await platform.runner("watch", jobID, "--output", "json")
        #expect(watched.exitCode == 0)
        #expect(watched.error == ran.error)
    }

    @Test func watchingAJobThatDoesNotExistEndsWithTwo() async throws {
        let result = try await platform().runner("watch", "01900000-0000-7000-8000-000000000000")
        #expect(result.exitCode == 2)
    }

    @Test func ctrlCLeavesTheJobRunningAndSaysHowToWatchIt() async throws {
        let platform = try platform()
        let (released, release) = AsyncStream<Void>.makeStream()
        let context = Context()
        defer { context.close() }
        let worker = BusWorker(
            .init(
                service: "patient",
                endpoint: .tcp("127.0.0.1", port: UInt16(platform.busPort)),
                announcement: ["tags": ["patient"]]
            ),
            context: context,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        ) { _ in
            for await _ in released { break }
            return .json(["result": "done"])
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await worker.run() }
            try await worker.whenReady
            let job = try file(["steps": [["tasks": [["tag": "patient", "storeResultAt": "/r"]]]]])
            let runner = try RunnerProcess(on: platform, [job, "--output", "json"])
            var jobID: String?
            for await line in runner.messages where line.contains("task.started") {
                jobID = try JSONValue(parsing: line)["data"]?["jobId"]?.stringValue
                break
            }
            let (exitCode, rest) = await runner.interrupt()
            #expect(exitCode == 130)
            #expect(rest.contains("job-runner watch \(jobID ?? "?")"))
            release.finish()
            #expect(try await platform.runner("watch", try #require(jobID)).exitCode == 0)
            group.cancelAll()
        }
    }

    @Test func aFailureInStepThreePutsStepsTwoAndOneBackInReverseOrder() async throws {
        let platform = try platform()
        let result = try await platform.runner(ScratchPlatform.example("failing-job.json"), "--output", "json")
        #expect(result.exitCode == 1)
        let events = try result.error.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
        let reverts = events.filter { $0["type"] == "platform.task.reverted" }
        let reverted = reverts.compactMap { $0["data"]?["step"]?.intValue }
        #expect(reverted == [1, 0])
        for engine in ["person", "todo"] {
            let list = try await command(platform, engine, "list")
            #expect(list["result"] == [], "\(engine): \(list)")
        }
    }

    /// The status of a GET at the gateway.
    private func http(_ platform: ScratchPlatform, _ path: String) async throws -> Int? {
        let arguments = ["-s", "-o", "/dev/null", "-w", "%{http_code}", "http://127.0.0.1:\(platform.httpPort)\(path)"]
        return Int(try await platform.run("/usr/bin/curl", arguments).output)
    }

    /// What an engine answers to a command without inputs.
    private func command(_ platform: ScratchPlatform, _ engine: String, _ name: String) async throws -> JSONValue {
        let body = "{\"command\":\"\(name)\",\"resource\":\"\(engine)\"}"
        let url = "http://127.0.0.1:\(platform.httpPort)/services/\(engine)/execute"
        let arguments = ["-s", "-H", "Content-Type: application/json", "-d", body, url]
        return try JSONValue(parsing: try await platform.run("/usr/bin/curl", arguments).output)
    }
}
