import ArgumentParser

/// The command line for people and scripts: submits a job, follows its events, exits with its outcome.
///
/// Standard output carries only what was asked for; progress and messages go to standard error, so that
/// `job-runner job.json --emit | jq` works.
@main
struct JobRunnerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "job-runner",
        abstract: "Runs jobs on the Composable Services Platform and follows them by their events.",
        discussion: """
            Every option may also be set in `.job-runner.json` (working directory, then home) or as \
            JOB_RUNNER_<NAME> in the environment; the command line wins.

            Standard output carries what was asked for, standard error the progress and all messages. Of a result, \
            --output json prints one object, or one a line where there are many.

            Exit status: 0 completed, 1 the job failed, was cancelled or undone, or its status does not allow what was \
            asked, 2 bad usage or document, 3 the platform is not reachable or takes no more for now, 130 interrupted \
            (the job goes on; `job-runner watch <jobId>` resumes watching).
            """,
        version: "0.1.0",
        subcommands: [
            Run.self, Watch.self, StatusCommand.self, List.self, History.self, Explain.self, Cancel.self, Pause.self,
            Resume.self, Replay.self, Undo.self, InboxCommand.self, Validate.self, CrashTest.self,
            Services.self,
        ],
        defaultSubcommand: Run.self
    )

    /// Bad usage ends with 2, as the contract says, not with the EX_USAGE (64) that ArgumentParser has by default.
    static func main() async {
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            leave(with: error)
        }
    }

    private static func leave(with error: any Error) -> Never {
        if let failure = error as? RunnerFailure {
            Console.error("job-runner: \(failure)")
            exit(withError: failure.exitCode)
        }
        let code = exitCode(for: error)
        guard code == .validationFailure else { exit(withError: error) }
        Console.error(fullMessage(for: error))
        exit(withError: RunnerExit.usage)
    }
}
