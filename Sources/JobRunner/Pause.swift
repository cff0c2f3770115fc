import ArgumentParser
import JobControl

/// Holds a job.
struct Pause: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Holds a job: calls that are under way end, and nothing more is sent until `resume`."
    )

    @OptionGroup var job: JobArguments
    @Option(help: "Why, for the journal.")
    var reason: String?

    func run() async throws {
        let standing = try await job.connection.ask { [job, reason] session in
            session.traffic.note("job-control pause", job.jobID)
            return try await session.jobs.pause(job.jobID, because: reason)
        }
        job.show(standing)
    }
}
