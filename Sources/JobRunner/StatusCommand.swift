import ArgumentParser
import JSON
import JobControl

/// Shows one job as it is now.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Shows a job as it is now: its status, and each task with its service, attempt and time."
    )

    @OptionGroup var job: JobArguments

    func run() async throws {
        let answer = try await job.connection.ask { [job] session in
            session.traffic.note("job-control job", job.jobID)
            return try await session.jobs.job(job.jobID)
        }
        switch job.output {
        case .text: Console.output(JobReport.lines(answer))
        case .json: Console.output(answer.serialized(pretty: true))
        }
    }
}
