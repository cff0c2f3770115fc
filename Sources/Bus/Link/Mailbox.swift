import Synchronization
import ZeroMQ

/// What other threads hand to the one thread that owns a socket.
///
/// One array is swapped under a mutex, so the owner takes everything at once, and the eventfd is written only
/// when the owner really sleeps: a thousand posts cost one wake-up. Nothing here holds the lock over a system call.
final class Mailbox<Item: Sendable>: Sendable {
    private struct State {
        var items: [Item] = []
        var waker: Waker?
        var isAsleep = false
        var isClosed = false
    }

    private let state = Mutex(State())
    /// Apart from the state, because it is asked for after every post.
    private let hasOwner = Atomic(false)

    /// Whether an owner has begun to take what is posted.
    var isAttached: Bool { hasOwner.load(ordering: .acquiring) }

    /// Adds `item` for the owner; false when the mailbox is closed and nobody will ever take it.
    @discardableResult
    func post(_ item: Item) -> Bool {
        let (accepted, sleeper) = state.withLock { state -> (Bool, Waker?) in
            guard !state.isClosed else { return (false, nil) }
            state.items.append(item)
            guard state.isAsleep else { return (true, nil) }
            state.isAsleep = false
            return (true, state.waker)
        }
        sleeper?.wake()
        return accepted
    }

    /// Makes the calling thread the owner, which sleeps on `waker`.
    func attach(_ waker: Waker) {
        state.withLock { $0.waker = waker }
        hasOwner.store(true, ordering: .releasing)
    }

    /// Moves everything posted into `items`, which must be empty; its storage is used for the next posts.
    func take(into items: inout [Item]) {
        state.withLock { state in
            state.isAsleep = false
            swap(&state.items, &items)
        }
    }

    /// Says that the owner is about to sleep; false when something was posted meanwhile, so that it must not.
    func prepareToSleep() -> Bool {
        state.withLock { state in
            state.isAsleep = state.items.isEmpty
            return state.isAsleep
        }
    }

    /// Removes the first item that fulfils `condition` while no owner is there to act on it.
    func withdraw(where condition: (Item) -> Bool) -> Item? {
        state.withLock { state in
            guard state.waker == nil, let index = state.items.firstIndex(where: condition) else { return nil }
            return state.items.remove(at: index)
        }
    }

    /// Refuses all later posts and returns what nobody took.
    func close() -> [Item] {
        state.withLock { state in
            state.isClosed = true
            defer { state.items = [] }
            return state.items
        }
    }
}
