public import Bus
import JSON
public import Logging
public import ServiceLifecycle
public import ZeroMQ

/// Serves documents on the bus under the name `shared-state`.
public final class StateService: Service, Sendable {
    /// The service's name on the bus.
    public static let name = "shared-state"

    private let worker: BusWorker

    /// Announces nothing yet: ``run()`` does.
    ///
    /// - Parameters:
    ///   - publisher: tells the changes; it is run by the caller.
    ///   - store: keeps the documents.
    public init(
        _ configuration: Configuration,
        publisher: EventPublisher,
        store: any StateStore,
        context: Context,
        logger: Logger
    ) {
        let operations = StateOperations(
            store: store,
            feed: StateFeed { publisher.publish($0) },
            machine: configuration.machine
        )
        let table = operations.table(version: configuration.version)
        worker = BusWorker(configuration.worker, context: context, logger: logger) { try await table.answer($0) }
    }

    /// Serves until the task is shut down gracefully or cancelled, as ``BusWorker/run()`` does.
    public func run() async throws {
        try await worker.run()
    }

    /// Returns once requests reach the service.
    ///
    /// - Throws: ``BusError/Code/closed`` when it ended before that; `CancellationError`.
    public var whenReady: Void {
        get async throws { try await worker.whenReady }
    }
}
