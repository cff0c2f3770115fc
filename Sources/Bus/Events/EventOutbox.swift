import DequeModule
import Synchronization

/// The events that wait for one broker; bounded, the oldest go first.
final class EventOutbox: Sendable {
    private struct State {
        var events = Deque<EventMessage>()
        var bytes = 0
        var dropped = 0
    }

    private let limit: Int
    private let byteLimit: Int
    private let state = Mutex(State())

    /// - Parameters:
    ///   - limit: how many events it holds.
    ///   - byteLimit: how many bytes it holds; a single event may be larger.
    init(limit: Int, byteLimit: Int) {
        self.limit = limit
        self.byteLimit = byteLimit
    }

    /// How many events had no room.
    var dropped: Int { state.withLock { $0.dropped } }

    var isEmpty: Bool { state.withLock { $0.events.isEmpty } }

    /// Adds events; true when there were none before, so that somebody must be told.
    func add(_ events: [EventMessage]) -> Bool {
        state.withLock { state in
            let wasEmpty = state.events.isEmpty
            for event in events {
                state.bytes += event.footprint
                state.events.append(event)
            }
            while state.events.count > limit || (state.bytes > byteLimit && state.events.count > 1) {
                Self.dropOldest(&state)
            }
            return wasEmpty && !state.events.isEmpty
        }
    }

    /// Takes the oldest events out, at most `count`.
    func take(_ count: Int) -> [EventMessage] {
        state.withLock { state in
            let taken = Array(state.events.prefix(count))
            state.events.removeFirst(taken.count)
            for event in taken { state.bytes -= event.footprint }
            return taken
        }
    }

    private static func dropOldest(_ state: inout State) {
        guard let oldest = state.events.popFirst() else { return }
        state.bytes -= oldest.footprint
        state.dropped += 1
    }
}
