import Configuration
import Foundation
import SystemPackage

/// What holds for this run: the command line over `JOB_RUNNER_…` over `.job-runner.json` (working directory,
/// then home) over the defaults.
struct Settings: Sendable {
    /// Where the final state goes.
    enum Emit: Sendable, Equatable {
        case standardOutput
        case file(String)
    }

    /// The bus that the runner joins.
    var bus = "tcp://127.0.0.1:5550"
    /// Where events are read; by default two ports above the bus.
    var events: String?
    /// A file with the values of a new shared-state document.
    var state: String?
    var emit: Emit?
    /// Deletes the state document afterwards. Kept by default, so that nothing is lost by accident.
    var cleanup = false
    /// Uses a state document that exists already, replacing its content.
    var overwrite = false
    /// Prints what would be sent and sends nothing.
    var dryRun = false
    /// Prints all that is sent.
    var verbose = false

    init() {}

    /// Reads every key; a missing one keeps its default.
    init(reading config: ConfigReader) throws {
        if let value = config.string(forKey: "bus") { bus = value }
        events = config.string(forKey: "events")
        state = config.string(forKey: "state")
        emit = Self.emit(from: config)
        // `keep` is the opposite of `cleanup`; where both are said, keeping wins: it loses nothing.
        cleanup = config.bool(forKey: "cleanup", default: false) && !config.bool(forKey: "keep", default: false)
        overwrite = config.bool(forKey: "overwrite", default: false)
        dryRun = config.bool(forKey: "dryRun", default: false)
        verbose = config.bool(forKey: "verbose", default: false)
    }

    /// `emit` is true (standard output), false, or a path.
    private static func emit(from config: ConfigReader) -> Emit? {
        if let flag = config.bool(forKey: "emit") { return flag ? .standardOutput : nil }
        return config.string(forKey: "emit").map(Emit.file)
    }

    /// Merges the layers in their order; `flags` are what the command line said.
    static func load(
        flags: [AbsoluteConfigKey: ConfigValue],
        environment: [String: String] = ProcessInfo.processInfo.environment,
        directories: [String] = [FileManager.default.currentDirectoryPath, NSHomeDirectory()]
    ) async throws -> Settings {
        var providers: [any ConfigProvider] = [
            InMemoryProvider(name: "command line", values: flags),
            EnvironmentVariablesProvider(environmentVariables: environment).prefixKeys(with: "job.runner"),
        ]
        for directory in directories {
            let path = directory + "/.job-runner.json"
            do {
                providers.append(
                    try await FileProvider<JSONSnapshot>(filePath: FilePath(path), allowMissing: true)
                )
            } catch {
                throw RunnerFailure.usage("\(path) is not readable as JSON: \(error)")
            }
        }
        return try Settings(reading: ConfigReader(providers: providers))
    }
}
