import Synchronization

/// Where the calls of one job put how they ended; the job takes all that has come at once, so that results that
/// arrive while a write is under way share the next one.
final class Inbox<Item: Sendable>: Sendable {
    private struct State {
        var items: [Item] = []
        var waiter: CheckedContinuation<[Item], Never>?
    }

    private let state = Mutex(State())

    func put(_ item: Item) {
        let waiter = state.withLock { state -> CheckedContinuation<[Item], Never>? in
            if let waiter = state.waiter.take() { return waiter }
            state.items.append(item)
            return nil
        }
        waiter?.resume(returning: [item])
    }

    /// Everything that was put, at least one item. For one caller at a time.
    func take() async -> [Item] {
        await withCheckedContinuation { continuation in
            let items = state.withLock { state -> [Item] in
                if state.items.isEmpty { state.waiter = continuation }
                defer { state.items = [] }
                return state.items
            }
            if !items.isEmpty { continuation.resume(returning: items) }
        }
    }
}
