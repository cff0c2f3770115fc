/// What a job has under way with others, so that each can be cut off by itself and all of it when the job is left.
struct RunningCalls: Sendable {
    private var tasks: [JobAction.Key: Task<Void, Never>] = [:]
    private var interrupted: Set<JobAction.Key> = []
    private var creation: Task<Void, Never>?

    /// Whether nothing is under way that the job waits for.
    var isEmpty: Bool { tasks.isEmpty }

    /// Starts an action on this thread: up to its first wait there is nothing to wait for.
    mutating func start(_ action: JobAction, _ body: @escaping @Sendable () async -> Void) {
        tasks[action.key] = Task.immediate(operation: body)
    }

    /// Starts the making of a state document, which is waited for in another way.
    mutating func startCreation(_ body: @escaping @Sendable () async -> Void) {
        creation = Task.immediate(operation: body)
    }

    /// Cuts the call of a task off.
    mutating func interrupt(_ task: TaskID) {
        guard let call = tasks[.call(task)] else { return }
        interrupted.insert(.call(task))
        call.cancel()
    }

    /// An action has ended; says whether it was cut off.
    mutating func end(_ key: JobAction.Key) -> Bool {
        tasks[key] = nil
        return interrupted.remove(key) != nil
    }

    /// Cuts everything off and waits until it has ended.
    mutating func end() async {
        creation?.cancel()
        for task in tasks.values { task.cancel() }
        await creation?.value
        for task in tasks.values { await task.value }
        tasks = [:]
    }
}
