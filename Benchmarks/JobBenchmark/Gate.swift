import Bus
import DequeModule
import Synchronization

/// Where tasks wait until they are let through: one after the other, or all of them once it is open.
final class Gate: Sendable {
    private struct State {
        var isOpen = false
        /// How many may pass that have not come yet.
        var permits = 0
        var line: Deque<OneTimeSignal> = []
    }

    private let state = Mutex(State())

    /// Returns when the caller may go on.
    ///
    /// - Throws: `CancellationError`.
    func pass() async throws {
        let turn = OneTimeSignal()
        if lineUp(turn) { try await turn.wait() }
    }

    /// Lets the first in the line through, or else the next one to come.
    func letOneThrough() {
        let first = state.withLock { state in
            if state.line.isEmpty { state.permits += 1 }
            return state.line.popFirst()
        }
        first?.happen()
    }

    /// Lets all through from now on.
    func open() {
        let line = state.withLock { state in
            state.isOpen = true
            defer { state.line = [] }
            return state.line
        }
        for turn in line { turn.happen() }
    }

    /// Lets only those through from now on that are called.
    func close() {
        state.withLock { state in
            state.isOpen = false
            state.permits = 0
        }
    }

    /// False when the caller may go on at once.
    private func lineUp(_ turn: OneTimeSignal) -> Bool {
        state.withLock { state in
            if state.isOpen { return false }
            guard state.permits == 0 else {
                state.permits -= 1
                return false
            }
            state.line.append(turn)
            return true
        }
    }
}
