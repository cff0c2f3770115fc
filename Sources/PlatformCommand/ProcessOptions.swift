import ArgumentParser
import Logging
import Platform
import ServiceLifecycle
import UnixSignals

/// What every process of the platform can be told, whichever part it runs.
struct ProcessOptions: ParsableArguments {
    @OptionGroup var bus: BusOptions
    @Option(help: "trace, debug, info, notice, warning, error or critical.")
    var logLevel = "info"
    @Option(help: "Writes the line `ready` to this descriptor once the process answers.")
    var readyFd: Int32?

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
        FreedMemory.keepSome()
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
