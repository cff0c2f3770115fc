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

    /// The bus that the runner joins: one endpoint, or several with commas between them.
    var bus = "tcp://127.0.0.1:5550"
    /// The platform over HTTP in the place of the bus; nil for the bus.
    var http: HTTPAddress?
    /// Where events are read, a list like `bus`; by default two ports above each of its endpoints.
    var events: String?
    /// The file with the runner's own keys; nil for a bus on this machine.
    var keyFile: String?
    /// The public key of the brokers.
    var serverKey: String?
    /// A file with the values of a new shared-state document.
    var state: String?
    var emit: Emit?
    /// Deletes the state document afterwards. Kept by default, so that nothing is lost by accident.
    var cleanup = false
    /// Uses a state document that exists already, replacing its content.
    var overwrite = false
    /// Prints what would be sent and sends nothing.
    var dryRun = false
    /// Cancels the job at the first Ctrl-C, in the place of leaving it to go on.
    var cancelOnInterrupt = false
    /// Prints all that is sent.
    var verbose = false

    init() {}

    /// Reads every key from the first layer that has it; a missing one keeps its default.
    ///
    /// - Throws: ``RunnerFailure`` when a value cannot be read: to run a job on the default of a setting that somebody
    ///   wrote could send what was to be printed only.
    private init(reading layers: [any ConfigProvider]) async throws {
        let config = ConfigReader(providers: layers)
        if let value = try await Self.text("bus", in: config) { bus = value }
        http = try await Self.http(from: layers)
        events = try await Self.text("events", in: config)
        keyFile = try await Self.text("keyFile", in: config)
        serverKey = try await Self.text("serverKey", in: config)
        state = try await Self.text("state", in: config)
        emit = try await Self.emit(from: config)
        cleanup = try await Self.cleanup(from: layers)
        overwrite = try await Self.flag("overwrite", in: config) ?? false
        dryRun = try await Self.flag("dryRun", in: config) ?? false
        cancelOnInterrupt = try await Self.flag("cancelOnInterrupt", in: config) ?? false
        verbose = try await Self.flag("verbose", in: config) ?? false
    }

    /// `emit` is true (standard output), false, or a path.
    private static func emit(from config: ConfigReader) async throws -> Emit? {
        if let flag = config.bool(forKey: "emit") { return flag ? .standardOutput : nil }
        return try await value(of: "emit", expected: "true, false or a path") {
            try await config.fetchString(forKey: "emit")
        }
        .map(Emit.file)
    }

    /// `keep` is the opposite of `cleanup`: the first layer that has either of them decides.
    private static func cleanup(from layers: [any ConfigProvider]) async throws -> Bool {
        for layer in layers.map({ ConfigReader(provider: $0) }) {
            let cleanup = try await flag("cleanup", in: layer)
            let keep = try await flag("keep", in: layer)
            guard cleanup != nil || keep != nil else { continue }
            // Where one layer says both, keeping wins: it loses nothing.
            return cleanup == true && keep != true
        }
        return false
    }

    /// The bus or HTTP: the first layer that names either of them decides.
    private static func http(from layers: [any ConfigProvider]) async throws -> HTTPAddress? {
        for layer in layers.map({ ConfigReader(provider: $0) }) {
            let gateway = try await text("gateway", in: layer)
            let jobs = try await text("jobURL", in: layer)
            let state = try await text("stateURL", in: layer)
            if gateway != nil || jobs != nil || state != nil {
                return try HTTPAddress(gateway: gateway, jobs: jobs, state: state)
            }
            if try await text("bus", in: layer) != nil { return nil }
        }
        return nil
    }

    private static func text(_ key: ConfigKey, in config: ConfigReader) async throws -> String? {
        try await value(of: key, expected: "text") { try await config.fetchString(forKey: key) }
    }

    private static func flag(_ key: ConfigKey, in config: ConfigReader) async throws -> Bool? {
        try await value(of: key, expected: "true or false") { try await config.fetchBool(forKey: key) }
    }

    private static func value<Value>(
        of key: ConfigKey,
        expected: String,
        fetch: () async throws -> Value?
    ) async throws -> Value? {
        do {
            return try await fetch()
        } catch {
            throw RunnerFailure.usage("setting \(key): expected \(expected)")
        }
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
        return try await Settings(reading: providers)
    }
}
