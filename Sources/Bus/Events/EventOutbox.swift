import DequeModule
import Synchronization

/// The events that were published and are not sent yet; bounded, the oldest go first.
final class EventOutbox: Sendable {
    private struct State {
        var events = Deque<Event>()
        var dropped = 0
    }

    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int) {
        self.limit = limit
    }

    /// How many events had no room.
    var dropped: Int { state.withLock { $0.dropped } }

    var isEmpty: Bool { state.withLock { $0.events.isEmpty } }

    /// Adds events; true when there were none before, so that somebody must be told.
    func add(_ events: [Event]) -> Bool {
        state.withLock { state in
            let wasEmpty = state.events.isEmpty
            state.events.append(contentsOf: events)
            let excess = max(state.events.count - limit, 0)
            state.events.removeFirst(excess)
            state.dropped += excess
            return wasEmpty && !state.events.isEmpty
        }
    }

    /// Takes the oldest events out, at most `count`.
    func take(_ count: Int) -> [Event] {
        state.withLock { state in
            let taken = Array(state.events.prefix(count))
            state.events.removeFirst(taken.count)
            return taken
        }
    }
}
