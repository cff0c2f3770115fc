import ArgumentParser
import JobControl

/// Lets a paused job go on.
struct Resume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Lets a paused job go on.")

    @OptionGroup var job: JobArguments
    @Option(help: "Why, for the journal.")
    var reason: String?

    func run() async throws {
        let standing = try await job.connection.ask { [job, reason] session in
            session.traffic.note("job-control resume", job.jobID)
            return try await session.jobs.resume(job.jobID, because: reason)
        }
        job.show(standing)
    }
}
