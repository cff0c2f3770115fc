import ArgumentParser
import Foundation
import Scratch
import UnixSignals

/// Shows what crashes would leave of a job, by making them.
struct CrashTest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "crashtest",
        abstract: "Runs a job once per failure point on a scratch platform, and shows what each crash leaves.",
        discussion: """
            The platform and an engine for each --design are started on free ports with data in a temporary folder. The \
            job runs once undisturbed, which counts the writes of its journal and of the engines; then once for every \
            point before and after each of these writes, at which the process kills itself and is started again. The \
            table says how the job ended and which of its effects are there: all, none, or what is left. What a service \
            is asked about is `inspect`; of one that has none, the job's journal tells.

            Each --service is a command line for `sh`, which finds the bus in PLATFORM_BUS and the HTTP port in \
            PLATFORM_HTTP_PORT.

            Exit status: 0 when a job that completed has all of its effects and any other none, at every point; else 1.

            Example: job-runner crashtest examples/failing-job.json --design examples/person/design.json \
            --design examples/todo/design.json
            """
    )

    @Argument(help: "The job document (JSON).")
    var job: String
    @Option(help: "The design document of an engine that the job needs; repeatable.")
    var design: [String] = []
    @Option(help: "A command that runs a service that the job needs; repeatable.")
    var service: [String] = []
    @Option(help: "How many failure points at most, evenly chosen. (default: all)")
    var points: Int?

    func validate() throws {
        guard points ?? 1 > 0 else { throw ValidationError("--points is a number above 0.") }
    }

    func run() async throws {
        let setup = try CrashTestSetup(job: job, designs: design, services: service)
        let folder = FileManager.default.temporaryDirectory.appending(path: "crashtest-\(UUID())").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let warden = try Warden()
        let outcome = await result(of: CrashTestRun(setup: setup, folder: folder, limit: points, warden: warden))
        warden.end()
        switch outcome {
        case .success(true):
            try? FileManager.default.removeItem(atPath: folder)
        case .success(false):
            Console.error("What the processes of the rows with ! left is in \(folder).")
            throw RunnerExit.failed
        case .failure(let error):
            if error is ExitCode { try? FileManager.default.removeItem(atPath: folder) }
            guard let scratch = error as? ScratchError else { throw error }
            throw RunnerFailure.unreachable("\(scratch)")
        }
    }

    /// Ends early at Ctrl-C.
    private func result(of run: CrashTestRun) async -> Result<Bool, any Error> {
        do {
            return .success(
                try await withThrowingTaskGroup(of: Bool.self) { group in
                    group.addTask { try await run.run() }
                    group.addTask {
                        for await _ in await UnixSignalsSequence(trapping: .sigint, .sigterm) { break }
                        throw Task.isCancelled ? CancellationError() : RunnerExit.interrupted
                    }
                    defer { group.cancelAll() }
                    return try await group.next() ?? false
                }
            )
        } catch {
            return .failure(error)
        }
    }
}
