import Synchronization

/// The tasks that answer the connections of one listener, to be ended together.
final class OpenConnections: Sendable {
    private struct State {
        var tasks: [Int: Task<Void, Never>] = [:]
        var lastNumber = 0
        var mustEnd = false
    }

    private let state = Mutex(State())

    /// Runs `body` in a task of its own, which ``endAll()`` cancels; it is told what task that is.
    func answering(
        _ note: (Task<Void, Never>) -> Void,
        _ body: @escaping @Sendable () async -> Void
    ) async {
        let task = Task(operation: body)
        let number = add(task)
        note(task)
        await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
        state.withLock { $0.tasks[number] = nil }
    }

    /// Cancels them all, and those that are still to come.
    func endAll() {
        let tasks = state.withLock { state in
            state.mustEnd = true
            return state.tasks.values
        }
        for task in tasks { task.cancel() }
    }

    private func add(_ task: Task<Void, Never>) -> Int {
        let (number, mustEnd) = state.withLock { state in
            state.lastNumber += 1
            state.tasks[state.lastNumber] = task
            return (state.lastNumber, state.mustEnd)
        }
        if mustEnd { task.cancel() }
        return number
    }
}
