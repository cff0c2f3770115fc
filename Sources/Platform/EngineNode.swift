import Bus
public import Configuration
import EngineService
import Foundation
import JSON
public import Logging
import ServiceLifecycle
import Storage
public import ZeroMQ

/// What one engine process serves, and where.
public struct EngineConfiguration: Sendable {
    /// The path of the design document.
    public var design: String
    /// The brokers, all of which it works for. Default: `tcp://127.0.0.1:5550`.
    public var bus = [Endpoint.tcp("127.0.0.1", port: 5550)]
    /// Where resources and undo records are kept; nil is `sqlite:<serviceName>.db` in the working directory.
    public var store: String?
    /// How many commands this process takes at once, 1 to 10,000. Default: 64.
    public var credits = 64
    /// How it proves who it is to the brokers. Default: without keys, on one machine.
    public var keys = KeySettings()
    /// Which write of its store ends this process, for tests. Default: none.
    public var crashPoint: CrashPoint?

    public init(design: String) { self.design = design }

    /// Reads `bus`, `store` and `credits`; a missing key keeps its default.
    ///
    /// - Throws: ``ConfigurationError`` when a value is of the wrong kind, out of range or malformed.
    public init(design: String, reading config: ConfigReader) throws {
        self.design = design
        bus = try config.endpoints("bus", default: bus)
        store = try config.text("store")
        credits = try config.integer("credits", in: 1...10_000, default: credits)
        keys = try config.keySettings()
    }
}

/// A service from a design document, as a process runs it.
public final class EngineNode: ReadyReporting {
    private let configuration: EngineConfiguration
    private let design: Design
    private let logger: Logger
    private let ready = OneTimeSignal()

    /// Reads the design; nothing is opened before ``run()``.
    ///
    /// - Throws: ``ConfigurationError`` when the file cannot be read; `DesignError` with every fault of the design.
    public init(_ configuration: EngineConfiguration, logger: Logger) throws {
        self.configuration = configuration
        guard let bytes = FileManager.default.contents(atPath: configuration.design) else {
            throw ConfigurationError(key: "design", reason: "cannot read the file \(configuration.design)")
        }
        design = try Design(parsing: [UInt8](bytes))
        self.logger = logger.named(design.service.name)
    }

    public func waitUntilReady() async throws { try await ready.wait() }

    public func run() async throws {
        defer { ready.end() }
        let name = design.service.name
        let context = Context()
        defer { context.close() }
        let stores = try await Stores.open(try StoreURL(configuration.store ?? "sqlite:\(name).db"), logger: logger)
        let trigger = configuration.crashPoint.map { CrashTrigger($0) }
        let kept = stores.engine(service: name)
        let store: any EngineStore = trigger.map { CrashingEngineStore(kept, $0) } ?? kept
        let outcome = await Result { try await serve(with: store, in: context) }
        try await stores.close()
        trigger?.reportUnreached(to: logger)
        try outcome.get()
    }

    private func serve(with store: any EngineStore, in context: Context) async throws {
        var settings = EngineHost.Configuration(endpoints: configuration.bus)
        settings.credits = configuration.credits
        settings.security = try NodeKeys(configuration.keys, hasBroker: false).client
        let folder = URL(fileURLWithPath: configuration.design).deletingLastPathComponent().path
        let engine = Engine(design: design, store: store, folder: folder)
        let host = EngineHost(engine, settings, context: context, logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { [ready] in
                try await host.whenReady
                ready.happen()
            }
            try await host.run()
            tasks.cancelAll()
        }
    }
}
