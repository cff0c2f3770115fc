import ArgumentParser

/// Shows a job's progress from its beginning, whether it runs or has ended.
struct Watch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows the progress of a job, from its beginning to its end, and exits with its outcome."
    )

    @Argument(help: "The job's id, as `run` or POST /run-job gave it.")
    var jobID: String
    @Option(help: ArgumentHelp(OutputFormat.progressHelp))
    var output: OutputFormat = .text
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let ending = try await connection.ask { [jobID, output] session in
            try await JobFollower(session: session, output: output).follow(jobID)
        }
        switch ending {
        case .interrupted, .begun: throw RunnerExit.interrupted
        case .ended(let progress): throw progress.exitCode
        }
    }
}
