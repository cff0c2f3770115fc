import ArgumentParser
import Platform

/// The platform's one binary: every part in one process, or one part, or an engine from a design; and what shows them.
@main
struct PlatformCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "platform",
        abstract: "The Composable Services Platform: broker, discovery, shared state, job control, gateway, engines.",
        discussion: """
            Settings are read from the options below, then from the environment (--http-port is \
            PLATFORM_HTTP_PORT), then from the file that --config names (JSON, keys like httpPort), then from the \
            defaults. Where --bus names several brokers with commas between them, a process without a broker of its \
            own connects to all of them and goes on when one is lost. SIGTERM and SIGINT end a process after it has finished what it has in hand.
            """,
        version: "0.1.0",
        subcommands: [
            All.self, BrokerPart.self, DiscoveryPart.self, SharedStatePart.self, JobControlPart.self,
            GatewayPart.self, EngineServiceCommand.self, TopCommand.self, KeysCommand.self,
        ]
    )
}

/// Runs one set of parts; the subcommands differ only in which.
protocol PartCommand: AsyncParsableCommand {
    static var parts: Set<PlatformConfiguration.Part> { get }
    var options: NodeOptions { get }
    /// Where the process ends itself, for tests.
    var crashPoint: CrashPoint? { get }
}

extension PartCommand {
    var crashPoint: CrashPoint? { nil }

    mutating func run() async throws {
        let logger = try options.process.makeLogger()
        let reader = try await options.process.bus.reader(flags: options.flags)
        var configuration = try PlatformConfiguration(parts: Self.parts, reading: reader)
        configuration.crashPoint = crashPoint
        let node = PlatformNode(configuration, logger: logger)
        try await options.process.run(node, logger: logger)
    }
}

struct All: PartCommand {
    static let configuration = CommandConfiguration(abstract: "Runs every part in this process.")
    static let parts = Set(PlatformConfiguration.Part.allCases)
    @OptionGroup var options: NodeOptions
    @OptionGroup var crash: JournalCrashOption
    var crashPoint: CrashPoint? { crash.crashAt }
}

struct BrokerPart: PartCommand {
    static let configuration = CommandConfiguration(
        commandName: "broker",
        abstract: "Runs the broker: requests to workers, events to subscribers."
    )
    static let parts: Set<PlatformConfiguration.Part> = [.broker]
    @OptionGroup var options: NodeOptions
}

struct DiscoveryPart: PartCommand {
    static let configuration = CommandConfiguration(
        commandName: "discovery",
        abstract: "Runs discovery: which services are alive and what they can do."
    )
    static let parts: Set<PlatformConfiguration.Part> = [.discovery]
    @OptionGroup var options: NodeOptions
}

struct SharedStatePart: PartCommand {
    static let configuration = CommandConfiguration(
        commandName: "shared-state",
        abstract: "Runs shared state: JSON documents that carry data between tasks."
    )
    static let parts: Set<PlatformConfiguration.Part> = [.sharedState]
    @OptionGroup var options: NodeOptions
}

struct JobControlPart: PartCommand {
    static let configuration = CommandConfiguration(
        commandName: "job-control",
        abstract: "Runs job control: jobs, their journal, their undo."
    )
    static let parts: Set<PlatformConfiguration.Part> = [.jobControl]
    @OptionGroup var options: NodeOptions
    @OptionGroup var crash: JournalCrashOption
    var crashPoint: CrashPoint? { crash.crashAt }
}

struct GatewayPart: PartCommand {
    static let configuration = CommandConfiguration(
        commandName: "gateway",
        abstract: "Runs the gateway: HTTP in front of the bus, and the way out to HTTP services."
    )
    static let parts: Set<PlatformConfiguration.Part> = [.gateway]
    @OptionGroup var options: NodeOptions
}
