import ArgumentParser
import Configuration
import Foundation
import JSON
import JobControl

/// Runs a job and follows it to its end.
struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Runs a job, shows its progress and exits with its outcome (the default)."
    )

    @Argument(help: "The job document (JSON). Its member `initialState` becomes the state document.")
    var job: String
    @Option(help: "A file with values for a new state document; its member `id` names the document.")
    var state: String?
    @Option(name: .customLong("set"), help: "One value of the initial state, /pointer=json; repeatable.")
    var assignments: [Assignment] = []
    @Option(
        defaultAsFlag: EmitArgument.standardOutput,
        help: "Write the final state to this file, or to standard output when none is named."
    )
    var emit: EmitArgument?
    @Flag(help: "Delete the state document afterwards.")
    var cleanup = false
    @Flag(help: "Keep the state document afterwards (the default).")
    var keep = false
    @Flag(help: "Use a state document that exists already; its content is replaced.")
    var overwrite = false
    @Flag(help: "Print what would be sent, and send nothing.")
    var dryRun = false
    @Flag(help: "At the first Ctrl-C, cancel the job and revert what it did; a second one leaves it.")
    var cancelOnInterrupt = false
    @Option(help: ArgumentHelp(OutputFormat.progressHelp))
    var output: OutputFormat = .text
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        if cleanup && keep { throw ValidationError("--cleanup and --keep exclude each other.") }
    }

    func run() async throws {
        let settings = try await Settings.load(flags: flags)
        let plan = try RunPlan(
            job: try JSONFile.read(job),
            stateFile: try settings.state.map(JSONFile.read),
            assignments: assignments
        )
        try validated(plan)
        if settings.dryRun { return Console.output(plan.json.serialized(pretty: true)) }
        try checkEmit(settings)
        let run = JobRun(plan: plan, settings: settings, view: output)
        let outcome = try await Session.open(settings) { try await run.run(in: $0) }
        throw outcome
    }

    private var flags: [AbsoluteConfigKey: ConfigValue] {
        var flags = connection.flags
        flags["state"] = state.map { ConfigValue(.string($0), isSecret: false) }
        flags["emit"] = emit?.configValue
        let switches = [
            ("keep", keep), ("overwrite", overwrite), ("dryRun", dryRun), ("cancelOnInterrupt", cancelOnInterrupt),
        ]
        for (key, isSet) in switches where isSet {
            flags[AbsoluteConfigKey([key])] = ConfigValue(.bool(true), isSecret: false)
        }
        // A flag wins over every file: --cleanup must also undo a file's `keep`.
        if cleanup {
            flags["cleanup"] = ConfigValue(.bool(true), isSecret: false)
            flags["keep"] = ConfigValue(.bool(false), isSecret: false)
        }
        return flags
    }

    /// Finds here that the final state could not be written, before a job has run for nothing.
    private func checkEmit(_ settings: Settings) throws {
        guard case .file(let path) = settings.emit else { return }
        var isFolder: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        guard !path.isEmpty, !(exists && isFolder.boolValue),
            FileManager.default.isWritableFile(atPath: exists ? path : folder)
        else { throw RunnerFailure.usage("--emit: '\(path)' cannot be written") }
    }

    /// Finds the faults of the document here, before anything is made that would be left behind.
    private func validated(_ plan: RunPlan) throws {
        let faults = plan.faults
        guard !faults.isEmpty else { return }
        let lines = faults.map { "  \($0.pointer): \($0.message)" }.joined(separator: "\n")
        throw RunnerFailure.usage("\(job) is not a valid job:\n\(lines)")
    }
}

/// The value of `--emit [file]`.
struct EmitArgument: ExpressibleByArgument, Equatable, CustomStringConvertible {
    /// Nil: standard output.
    var path: String?

    static let standardOutput = EmitArgument(path: nil)

    init(path: String?) { self.path = path }
    init?(argument: String) { path = argument }

    var description: String { path ?? "standard output" }
    var configValue: ConfigValue {
        path.map { ConfigValue(.string($0), isSecret: false) } ?? ConfigValue(.bool(true), isSecret: false)
    }
}
