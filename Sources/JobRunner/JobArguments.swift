import ArgumentParser
import JSON
import JobControl

/// What a subcommand about one job is told: which job, how to show it, where the platform is.
struct JobArguments: ParsableArguments {
    @Argument(help: "The job's id, as `run` or POST /run-job gave it.")
    var jobID: String
    @Option(help: ArgumentHelp(OutputFormat.help(text: "for people")))
    var output: OutputFormat = .text
    @OptionGroup var connection: ConnectionOptions

    /// Prints where the job stands now.
    func show(_ standing: JobStanding) {
        switch output {
        case .text: Console.output(["\(standing.jobID) \(standing.status.rawValue)"])
        case .json: Console.output(standing.json.serialized(pretty: true))
        }
    }
}
