package import Logging
package import ServiceLifecycle
import Synchronization

/// The services of one test: each runs in a group of its own, and can be shut down or stopped by itself.
package final class RunningServices: Sendable {
    private struct Running {
        let service: any Service
        let group: ServiceGroup
        let task: Task<Void, any Error>
    }

    private let logger: Logger
    private let running = Mutex<[Running]>([])

    package init(logger: Logger) {
        self.logger = logger
    }

    /// Runs a service from now on.
    package func run(_ service: any Service & AnyObject) {
        let group = ServiceGroup(services: [service], logger: logger)
        let task = Task { try await group.run() }
        running.withLock { $0.append(Running(service: service, group: group, task: task)) }
    }

    /// Shuts a service down as a signal would, and waits until it has ended.
    package func shutDown(_ service: any Service & AnyObject) async throws {
        guard let running = take(service) else { return }
        await running.group.triggerGracefulShutdown()
        try await running.task.value
    }

    /// Cancels a service, and waits until it has ended.
    package func stop(_ service: any Service & AnyObject) async throws {
        guard let running = take(service) else { return }
        try await Self.stop(running)
    }

    /// Cancels all services, the last one first.
    package func stopAll() async throws {
        while let last = running.withLock({ $0.popLast() }) { try await Self.stop(last) }
    }

    private func take(_ service: any Service & AnyObject) -> Running? {
        running.withLock { running in
            running.firstIndex { ($0.service as AnyObject) === service }.map { running.remove(at: $0) }
        }
    }

    private static func stop(_ running: Running) async throws {
        running.task.cancel()
        do {
            try await running.task.value
        } catch is CancellationError {
        } catch is ServiceGroupError {
            // It ended by itself, with its context for example; the test has seen that.
        }
    }
}
