import ArgumentParser
import Bus

/// Shows a job's progress from its beginning, whether it runs or has ended.
struct Watch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows the progress of a job, from its beginning to its end, and exits with its outcome."
    )

    @Argument(help: "The job's id, as `run` or POST /run-job gave it.")
    var jobID: String
    @Option(help: "text (a live tree on a terminal, lines otherwise) or json (one event a line).")
    var output: OutputFormat = .text
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let settings = try await Settings.load(flags: connection.flags)
        let ending = try await Session.open(settings) { [jobID, output] session in
            do {
                return try await JobFollower(session: session, output: output).follow(jobID)
            } catch let problem as Problem where problem.status == .notFound {
                throw RunnerFailure.usage("there is no job \(jobID)")
            }
        }
        switch ending {
        case .interrupted, .begun: throw RunnerExit.interrupted
        case .ended(let progress): throw progress.state == .completed ? RunnerExit.completed : RunnerExit.failed
        }
    }
}
