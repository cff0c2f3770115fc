import ArgumentParser
import JSON
import JobControl

/// Prints a job's journal.
struct History: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Prints a job's journal: everything that happened to it, who asked for it, and when.",
        discussion: "With --output json each entry is a line, with what was sent and answered as far as it is kept."
    )

    @OptionGroup var job: JobArguments
    @Option(help: "Only what comes after the entry with this sequence.")
    var since: UInt64 = 0
    @Option(help: "How many entries at most. (default: all)")
    var limit: Int?

    func validate() throws {
        guard limit ?? 1 > 0 else { throw ValidationError("--limit is a number above 0.") }
    }

    func run() async throws {
        try await job.connection.ask { [job, since, limit] session in
            var report = JournalReport(jobID: job.jobID)
            var position = since
            var rest = limit
            while rest ?? 1 > 0 {
                session.traffic.note("job-control history", "\(job.jobID) after \(position)")
                let part = try await session.jobs.history(of: job.jobID, after: position, limit: rest)
                switch job.output {
                case .text: Console.output(report.lines(part.entries))
                case .json: Console.output(rows: part.entries)
                }
                guard part.hasMore, let last = part.lastSequence else { break }
                position = last
                rest = rest.map { $0 - part.entries.count }
            }
        }
    }
}
