import ArgumentParser
import Bus

/// Shows a job's progress from its beginning, whether it runs or has ended.
struct Watch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows the progress of a job, from its beginning to its end, and exits with its outcome."
    )

    @Argument(help: "The job's id, as `run` or POST /run-job gave it.")
    var jobID: String
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let settings = try await Settings.load(flags: connection.flags)
        let ending = try await Session.open(settings) { session in
            do {
                return try await JobFollower(session: session, output: connection.output).follow(jobID)
            } catch let problem as Problem where problem.status == .notFound {
                throw RunnerFailure.usage("there is no job \(jobID)")
            }
        }
        switch ending {
        case .interrupted: throw RunnerExit.interrupted
        case .ended(let progress): throw progress.state == .completed ? RunnerExit.completed : RunnerExit.failed
        }
    }
}
