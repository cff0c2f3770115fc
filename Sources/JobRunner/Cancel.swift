import ArgumentParser
import JobControl

/// Stops a job and puts back what it did.
struct Cancel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Stops a job and reverts what it did.",
        discussion: """
            Returns as soon as the wish is durable; `job-runner watch <jobId>` shows the reverts. A job that has ended is \
            not cancelled (status 1): undo it.
            """
    )

    @OptionGroup var job: JobArguments
    @Flag(help: "Leave what the job did as it is.")
    var keepEffects = false
    @Option(help: "Why, for the journal.")
    var reason: String?

    func run() async throws {
        let standing = try await job.connection.ask { [job, keepEffects, reason] session in
            session.traffic.note("job-control cancel", job.jobID)
            return try await session.jobs.cancel(job.jobID, keepingEffects: keepEffects, because: reason)
        }
        job.show(standing)
    }
}
