import ArgumentParser
import JSON
import JobControl

/// Lists jobs, the newest first.
struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lists jobs, the newest first.",
        discussion: """
            Filters are parts of texts, as GET /filter has them: --status fail finds `failed`. When there are more jobs \
            than --limit, the way to the next page is printed to standard error.
            """
    )

    @Option(help: "Only jobs whose name contains this.")
    var name: String?
    @Option(help: "Only jobs whose status contains this.")
    var status: String?
    @Option(help: "Only jobs whose time of creation contains this, such as 2026-01-31.")
    var created: String?
    @Option(help: "How many at most, 1 to 1000.")
    var limit = 20
    @Option(help: "Where to go on, as the page before said.")
    var cursor: String?
    @Option(help: ArgumentHelp(OutputFormat.help(text: "a table", json: "one job a line")))
    var output: OutputFormat = .text
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        guard (1...1_000).contains(limit) else { throw ValidationError("--limit is a number from 1 to 1000.") }
    }

    func run() async throws {
        let page = try await connection.ask { [filter, limit, cursor] session in
            session.traffic.note(filter.isEmpty ? "job-control list" : "job-control filter")
            return try await session.jobs.jobs(matching: filter, newestFirst: true, limit: limit, after: cursor)
        }
        switch output {
        case .text: Console.output(JobList.table(page.rows).lines)
        case .json: Console.output(rows: page.rows)
        }
        if let next = page.next { Console.error("There are more: --cursor \(next)") }
    }

    private var filter: [String: String] {
        ["name": name, "status": status, "createdAt": created].compactMapValues(\.self)
    }
}
