import Bus
public import Logging
import ServiceLifecycle
import Storage
import ZeroMQ

/// The services that one process runs: `platform all`, one part of it, or a platform inside of a test.
///
/// On a graceful shutdown every service finishes what it has in hand before ``run()`` returns.
public final class PlatformNode: ReadyReporting {
    private let configuration: PlatformConfiguration
    private let logger: Logger
    private let ready = OneTimeSignal()

    /// Describes a node; nothing is opened before ``run()``.
    public init(_ configuration: PlatformConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
    }

    public func waitUntilReady() async throws { try await ready.wait() }

    /// Opens the store, starts the parts and serves until the task is cancelled or a graceful shutdown has ended.
    ///
    /// - Throws: When the store cannot be opened, a port is taken, or a part fails.
    public func run() async throws {
        defer { ready.end() }
        let context = Context()
        defer { context.close() }
        let keys = try NodeKeys(configuration.keys, hasBroker: configuration.parts.contains(.broker))
        let stores = try await openStores()
        let crash = configuration.crashPoint.map { CrashTrigger($0) }
        let assembly = NodeAssembly(
            configuration,
            keys: keys,
            stores: stores,
            crash: crash,
            context: context,
            logger: logger
        )
        let outcome = await Result { try await serve(assembly) }
        try await stores?.close()
        crash?.reportUnreached(to: logger)
        try outcome.get()
    }

    private func serve(_ assembly: NodeAssembly) async throws {
        let services = assembly.services.map { ServiceGroupConfiguration.ServiceConfiguration(service: $0) }
        let group = ServiceGroup(configuration: .init(services: services, logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { [ready, logger] in
                try await assembly.waitUntilReady()
                logger.info("platform ready")
                ready.happen()
            }
            try await group.run()
            tasks.cancelAll()
        }
    }

    /// Only the parts that keep something need a store.
    private func openStores() async throws -> Stores? {
        guard !configuration.parts.isDisjoint(with: [.discovery, .sharedState, .jobControl]) else { return nil }
        return try await Stores.open(try StoreURL(configuration.store), logger: logger)
    }
}

extension Result where Failure == any Error {
    /// What `body` returned or threw, for code that must do something else first.
    init(_ body: () async throws -> Success) async {
        do {
            self = .success(try await body())
        } catch {
            self = .failure(error)
        }
    }
}
