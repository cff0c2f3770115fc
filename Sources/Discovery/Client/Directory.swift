public import Bus
public import Logging
public import ServiceLifecycle
import Synchronization

/// A live local copy of the registry, for whoever looks services up all the time.
///
/// It starts from a snapshot and follows the registry's events; after a hole it takes a snapshot again. Lookups are
/// local and instant. What is not found is asked for once, since a service may have come a moment ago.
public final class Directory: Service {
    private let client: DiscoveryClient
    private let events: EventSubscriber
    private let logger: Logger
    private let contents = Mutex(DirectoryContents())
    private let loaded = OneTimeSignal()

    /// - Parameters:
    ///   - client: asks discovery; the caller runs it, as `events`.
    public init(client: BusClient, events: EventSubscriber, logger: Logger) {
        self.client = DiscoveryClient(client)
        self.events = events
        self.logger = logger
    }

    /// The services with that tag, oldest registration first; discovery is asked when none is known.
    public func find(tag: String) async -> [RegistryEntry] {
        let known = contents.withLock { $0.find(tag: tag) }
        guard known.isEmpty else { return known }
        return await asked { try await $0.find(RegistryQuery(tag: tag)) } ?? []
    }

    /// The entry with that id, or the oldest with that name; discovery is asked when none is known.
    public func entry(_ idOrName: String) async -> RegistryEntry? {
        if let known = contents.withLock({ $0.entry(idOrName) }) { return known }
        return await asked { try await $0.entry(idOrName) } ?? nil
    }

    /// Every entry that is known here, oldest registration first; asks nobody.
    public func entries() async -> [RegistryEntry] {
        contents.withLock { $0.all }
    }

    /// Returns when the first snapshot is there, the directory has ended, or the task is cancelled.
    public func whenLoaded() async {
        try? await loaded.wait()
    }

    /// Follows the registry until cancellation or graceful shutdown.
    public func run() async throws {
        defer { loaded.end() }
        try await cancelWhenGracefulShutdown {
            let subscription = try await self.events.subscribeWhenThere(to: "registry.")
            await self.catchUp()
            for await delivery in subscription {
                self.take(delivery)
                await self.catchUp()
            }
        }
    }

    private func take(_ delivery: Delivery) {
        contents.withLock { contents in
            switch delivery {
            case .events(let events): contents.apply(events)
            case .interrupted: contents.interrupted()
            }
        }
    }

    /// Takes a snapshot where one is needed. When discovery is not there it waits for the next event: discovery
    /// publishes one when it starts, and the subscription tells when the connection is back.
    private func catchUp() async {
        guard contents.withLock({ $0.needsSnapshot }), let snapshot = await snapshot() else { return }
        contents.withLock { $0.start(from: snapshot) }
        loaded.happen()
    }

    private func snapshot() async -> RegistrySnapshot? {
        while !Task.isCancelled {
            do {
                return try await client.snapshot()
            } catch let error as BusError where [.timedOut, .overloaded].contains(error.code) {
                // It is there, but has much to do: no event would tell when that is over.
                try? await Task.sleep(for: error.retryAfter ?? .milliseconds(100))
            } catch {
                logger.debug("discovery does not answer", metadata: ["error": "\(error)"])
                return nil
            }
        }
        return nil
    }

    private func asked<T>(_ question: (DiscoveryClient) async throws -> T) async -> T? {
        do {
            return try await question(client)
        } catch {
            logger.debug("discovery does not answer", metadata: ["error": "\(error)"])
            return nil
        }
    }
}
