import ArgumentParser
import Configuration
import Platform

/// Serves what a design document says.
struct EngineServiceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "engine-service",
        abstract: "Runs a service from a design document: execute, repeat, revert.",
        discussion: "Scaling it is starting another process with the same design and the same store."
    )
    @OptionGroup var process: ProcessOptions
    @Option(help: "The design document (JSON).")
    var design: String
    @Option(
        help: """
            Where resources and undo records are kept: sqlite:PATH, postgres://USER@HOST:PORT/DATABASE or memory. \
            (default: sqlite:<serviceName>.db)
            """
    )
    var store: String?
    @Option(help: "How many commands this process takes at once. (default: 64)")
    var credits: Int?
    @Option(
        help: """
            For tests of what a crash leaves: ends this process with SIGKILL before or after the N-th write of its store, \
            effect:before:N or effect:after:N. (default: never)
            """,
        transform: CrashPoint.argument
    )
    var crashAt: CrashPoint?

    func validate() throws {
        guard let crashAt, crashAt.store != .effect else { return }
        throw ValidationError("--crash-at \(crashAt): an engine has only effect:before:N and effect:after:N")
    }

    func run() async throws {
        let logger = try process.makeLogger()
        let own: [AbsoluteConfigKey: ConfigValue?] = ["store": .text(store), "credits": .number(credits)]
        let flags = process.bus.flags.merging(own.compactMapValues { $0 }) { $1 }
        let reader = try await process.bus.reader(flags: flags)
        var configuration = try EngineConfiguration(design: design, reading: reader)
        configuration.crashPoint = crashAt
        try await process.run(try EngineNode(configuration, logger: logger), logger: logger)
    }
}
