import ArgumentParser
import JSON
import JobControl

/// Says why a job does not move.
struct Explain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Says what a job waits for, since when, and when it is tried again."
    )

    @OptionGroup var job: JobArguments

    func run() async throws {
        let explanation = try await job.connection.ask { [job] session in
            session.traffic.note("job-control explain", job.jobID)
            return try await session.jobs.explain(job.jobID)
        }
        switch job.output {
        case .json: Console.output(explanation.json.serialized(pretty: true))
        case .text:
            var lines = [explanation.sentence]
            if let since = explanation.since { lines.append("  since: \(since)") }
            if let next = explanation.nextRetryAt { lines.append("  next attempt: \(next)") }
            if let owner = explanation.owner { lines.append("  owner: \(owner)") }
            Console.output(lines)
        }
    }
}
