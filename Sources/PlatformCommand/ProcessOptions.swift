import ArgumentParser
import Configuration
import Logging
import Platform
import ServiceLifecycle
import SystemPackage
import UnixSignals

/// What every process of the platform can be told, whichever part it runs.
struct ProcessOptions: ParsableArguments {
    @Option(help: "The bus. (default: tcp://127.0.0.1:5550)")
    var bus: String?
    @Option(help: "A file of settings (JSON).")
    var config: String?
    @Option(help: "trace, debug, info, notice, warning, error or critical.")
    var logLevel = "info"
    @Option(help: "Writes the line `ready` to this descriptor once the process answers.")
    var readyFd: Int32?

    var flags: [AbsoluteConfigKey: ConfigValue] {
        bus.map { ["bus": ConfigValue(.string($0), isSecret: false)] } ?? [:]
    }

    /// Flags over `PLATFORM_…` over the file; the defaults are in the configuration types.
    func reader(flags: [AbsoluteConfigKey: ConfigValue]) async throws -> ConfigReader {
        var providers: [any ConfigProvider] = [
            InMemoryProvider(name: "command line", values: flags),
            EnvironmentVariablesProvider().prefixKeys(with: "platform"),
        ]
        if let config {
            providers.append(try await FileProvider<JSONSnapshot>(filePath: FilePath(config)))
        }
        return ConfigReader(providers: providers)
    }

    func makeLogger() throws -> Logger {
        guard let level = Logger.Level(rawValue: logLevel) else {
            throw ValidationError("--log-level \(logLevel) is none of trace … critical")
        }
        LoggingSystem.bootstrap(StreamLogHandler.standardError)
        var logger = Logger(label: "platform")
        logger.logLevel = level
        return logger
    }

    /// Runs until a signal asks for the end, says when it is ready, and drains before it returns.
    func run(_ service: some Service & ReadyReporting, logger: Logger) async throws {
        let readiness = ReadinessReport(of: service, to: readyFd)
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    .init(service: service),
                    .init(service: readiness, successTerminationBehavior: .ignore),
                ],
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: logger
            )
        )
        try await group.run()
    }
}
