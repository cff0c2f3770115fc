import Synchronization

/// Calls back once when a moment has come; a new moment takes the place of the one before.
final class DeadlineTimer: Sendable {
    private struct State {
        var deadline: ContinuousClock.Instant?
        var sleeping: Task<Void, Never>?
    }

    private let state = Mutex(State())
    private let onDeadline: @Sendable () -> Void

    init(onDeadline: @escaping @Sendable () -> Void) {
        self.onDeadline = onDeadline
    }

    deinit {
        state.withLock { $0.sleeping?.cancel() }
    }

    /// Sets when to call back; nil for never.
    func arm(at deadline: ContinuousClock.Instant?) {
        state.withLock { state in
            guard deadline != state.deadline else { return }
            state.sleeping?.cancel()
            state.deadline = deadline
            state.sleeping = deadline.map(sleep)
        }
    }

    private func sleep(until deadline: ContinuousClock.Instant) -> Task<Void, Never> {
        Task { [weak self] in
            try? await Task.sleep(until: deadline)
            if !Task.isCancelled { self?.reached(deadline) }
        }
    }

    private func reached(_ deadline: ContinuousClock.Instant) {
        // So that the same moment may be set again.
        state.withLock { if $0.deadline == deadline { $0.deadline = nil } }
        onDeadline()
    }
}
