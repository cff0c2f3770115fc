import ArgumentParser
import JSON
import JobControl

/// Lists the inbox.
struct InboxList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists what must be settled, the oldest first (the default)."
    )

    @Option(help: "How many at most, 1 to 1000.")
    var limit = 100
    @Option(help: "Where to go on, as the page before said.")
    var cursor: String?
    @Option(help: ArgumentHelp(OutputFormat.help(text: "a table", json: "one item a line")))
    var output: OutputFormat = .text
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        guard (1...1_000).contains(limit) else { throw ValidationError("--limit is a number from 1 to 1000.") }
    }

    func run() async throws {
        let page = try await connection.ask { [limit, cursor] session in
            session.traffic.note("job-control inbox")
            return try await session.jobs.inbox(limit: limit, after: cursor)
        }
        switch output {
        case .text where page.rows.isEmpty: Console.error("The inbox is empty.")
        case .text: Console.output(InboxReport.table(page.rows).lines)
        case .json: Console.output(rows: page.rows.map(\.json))
        }
        if let next = page.next { Console.error("There are more: --cursor \(next)") }
    }
}
