import Bus
import Foundation
import JSON
import Logging
import Support
import Testing
import ZeroMQ

/// A platform of single processes round two brokers, of which one is killed.
@Suite(.timeLimit(.minutes(2))) struct SeveralBrokersTests {
    private static let jobs = 8

    @Test func aJobRunsWhereEveryPartIsAtBothBrokers() async throws {
        try await ScratchPlatform.with("--separate", "--brokers", "2", brokers: 2) { platform, started in
            try #require(started.exitCode == 0, "\(started.error)")
            let ran = try await platform.runner(ScratchPlatform.example("sample-job.json"), "--emit")
            #expect(ran.exitCode == 0, "\(ran.error)")
            #expect(try JSONValue(parsing: ran.output)["upper"] == "HELLO, COMPOSABLE SERVICES")
        }
    }

    /// The tasks are in the hands of a service when the broker that they came through is killed. They may be repeated,
    /// so they are asked for again at the other one, and the service answers what it works on already.
    @Test func jobsThatRunWhenABrokerIsKilledEndWellAndTheirWatcherGoesOn() async throws {
        try await ScratchPlatform.with("--separate", "--no-examples", brokers: 2) { platform, started in
            try #require(started.exitCode == 0, "\(started.error)")
            let (released, release) = AsyncStream<Void>.makeStream()
            let calls = Recorder<String>()
            try await withWorker(at: platform, answering: calls, released) {
                let runners = try (0..<Self.jobs).map { number in
                    try RunnerProcess(on: platform, [try job(number, in: platform.data), "--output", "json"])
                }
                try await calls.wait(forCount: Self.jobs)
                try platform.kill("broker-1")
                // What the watchers hear from now on comes through the other broker.
                release.finish()
                for runner in runners {
                    let (exitCode, lines) = await runner.end()
                    #expect(exitCode == 0, "\(lines.suffix(3))")
                    #expect(lines.last?.contains("platform.job.completed") == true)
                }
                #expect(calls.elements.count == Self.jobs, "a task ran twice")
            }
            let ran = try await platform.runner("services")
            #expect(ran.exitCode == 0, "\(ran.error)")
        }
    }

    private func job(_ number: Int, in folder: URL) throws -> String {
        let document: JSONValue = [
            "name": .string("job-\(number)"),
            "steps": [["mode": "repeat", "tasks": [["tag": "patient", "storeResultAt": "/r"]]]],
        ]
        let file = folder.appending(path: "job-\(number).json")
        try Data(document.serialized()).write(to: file)
        return file.path
    }

    /// A service at both brokers that answers when it is released.
    private func withWorker(
        at platform: ScratchPlatform,
        answering calls: Recorder<String>,
        _ released: AsyncStream<Void>,
        _ body: () async throws -> Void
    ) async throws {
        let gate = Task { for await _ in released {} }
        let context = Context()
        defer { context.close() }
        let worker = BusWorker(
            .init(
                service: "patient",
                endpoints: platform.busPorts.map { .tcp("127.0.0.1", port: $0) },
                announcement: ["tags": ["patient"]]
            ),
            context: context,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        ) { request in
            // job-control asks once what the service can do.
            guard request.operation == "repeat" else { throw Problem(.notFound, "This service has no forms") }
            calls.record("\(request.requestID)")
            await gate.value
            return .json(["result": "done"])
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await worker.run() }
            try await worker.whenReadyEverywhere
            let found = try await platform.runner("services", "--wait-for", "patient")
            try #require(found.exitCode == 0, "\(found.error)")
            try await body()
            group.cancelAll()
        }
    }
}
