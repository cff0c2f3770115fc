import ArgumentParser
import JSON
import JobControl

/// Checks a job file without a platform.
struct Validate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Checks a job file, here, without a platform; prints every fault with its place (JSON Pointer).",
        discussion: "Exit status: 0 the file can be run, 2 it cannot."
    )

    @Argument(help: "The job document (JSON).")
    var job: String
    @Option(help: ArgumentHelp(OutputFormat.help(text: "a fault a line", json: "an object with all faults")))
    var output: OutputFormat = .text

    func run() async throws {
        let faults = try RunPlan(job: try JSONFile.read(job), stateFile: nil, assignments: []).faults
        switch output {
        case .text where faults.isEmpty: Console.output(["\(job) is valid"])
        case .text: Console.output(faults.map(\.description))
        case .json: Console.output(Self.json(faults).serialized(pretty: true))
        }
        if !faults.isEmpty { throw RunnerExit.usage }
    }

    static func json(_ faults: [JobFault]) -> JSONValue {
        let errors = faults.map { fault -> JSONValue in
            ["pointer": .string(fault.pointer.description), "detail": .string(fault.message)]
        }
        return ["valid": .bool(faults.isEmpty), "errors": .array(errors)]
    }
}
