import Bus
import Synchronization

/// Publishes what happened to documents, each document's events in the order of its versions.
final class StateFeed: Sendable {
    /// Who says so, in every event.
    private static let source = "/shared-state"

    private let order = Mutex(PublicationOrder())
    private let publish: @Sendable ([Event]) -> Void

    /// - Parameter publish: must not wait: it is called under a lock, so that the order stays.
    init(publish: @escaping @Sendable ([Event]) -> Void) {
        self.publish = publish
    }

    func nextNumber() -> Int {
        order.withLock { $0.nextNumber() }
    }

    func enter(_ number: Int, _ change: StateUpdate<StateOutcome>) {
        guard let event = change.outcome.event else { return }
        order.withLock { $0.enter(number, id: event.id, version: event.version) }
    }

    func finish(_ number: Int, id: String, event: StateEvent?) {
        order.withLock { order in
            let events = order.finish(number, id: id, event: event)
            if !events.isEmpty { publish(events.map { $0.message(from: Self.source) }) }
        }
    }
}
