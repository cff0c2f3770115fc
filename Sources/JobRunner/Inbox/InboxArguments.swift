import ArgumentParser
import JSON
import JobControl

/// What settling an item needs.
struct InboxArguments: ParsableArguments {
    @Argument(help: "The item's id, as `inbox` lists it.")
    var id: String
    @Option(help: "Why, for the journal.")
    var note: String?
    @Option(help: ArgumentHelp(OutputFormat.help(text: "for people")))
    var output: OutputFormat = .text
    @OptionGroup var connection: ConnectionOptions

    func settle(_ action: JobClient.InboxAction) async throws {
        let standing = try await connection.ask { [id, note] session in
            session.traffic.note("job-control settle", "\(id) \(action.rawValue)")
            return try await session.jobs.settle(id, action, note: note)
        }
        switch output {
        case .text: Console.output(["\(standing.jobID) \(standing.status.rawValue)"])
        case .json: Console.output(standing.json.serialized(pretty: true))
        }
    }
}
