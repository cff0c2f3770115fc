import ArgumentParser
import JSON
import JobControl

/// Runs a job's document again.
struct Replay: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Runs a job's document again, as a new job that names its parent, and prints the new job's id.",
        discussion: """
            With --from the steps before it are not run again: the new job takes their recorded results. --patch is a \
            file with a JSON Patch (RFC 6902) that changes the new job's state document before it goes on.
            """
    )

    @OptionGroup var job: JobArguments
    @Option(help: "The name or index (from 0) of the step to go on from. (default: the first)")
    var from: String?
    @Option(help: "A file with a JSON Patch for the state document.")
    var patch: String?

    func run() async throws {
        let patch = try patch.map(Self.readPatch)
        let standing = try await job.connection.ask { [job, from] session in
            session.traffic.note("job-control replay", job.jobID)
            return try await session.jobs.replay(job.jobID, from: from, patching: patch)
        }
        switch job.output {
        case .text: Console.output([standing.jobID])
        case .json: Console.output(standing.json.serialized(pretty: true))
        }
        Console.error("`job-runner watch \(standing.jobID)` shows it.")
    }

    static func readPatch(_ path: String) throws -> JSONPatch {
        let json = try JSONFile.read(path)
        do {
            return try JSONPatch(json)
        } catch {
            throw RunnerFailure.usage("\(path) is no JSON Patch: \(error)")
        }
    }
}
