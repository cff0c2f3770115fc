import Bus

/// What a job has done, in the order in which it ended, and what has become of undoing it.
struct RevertLedger: Sendable {
    /// The tasks that have done something or may have, in the order in which they ended.
    private(set) var done: [TaskID] = []
    /// Those of them that were undone.
    private(set) var reverted: Set<TaskID> = []
    /// Those that are to be undone now.
    private(set) var pending: Set<TaskID> = []
    /// What could not be undone and was not settled yet, in the order in which that was found out.
    private(set) var left: [Leftover] = []
    /// How often undoing one has failed so far.
    private(set) var failures: [Leftover.Subject: Int] = [:]
    /// When the next attempt at one is due.
    private(set) var retryAt: [Leftover.Subject: Timestamp] = [:]

    /// What is to be undone, in the order in which it ended: the last one is the first to go.
    var remaining: [TaskID] { pending.isEmpty ? [] : done.filter(pending.contains) }

    /// What an undo down to that step could still undo.
    func standing(from step: Int) -> [TaskID] {
        done.filter { $0.step >= step && !reverted.contains($0) }
    }

    mutating func add(_ task: TaskID) { done.append(task) }

    /// Begins to undo these; what was left of them is tried anew.
    mutating func begin(_ subjects: some Sequence<Leftover.Subject>) {
        for subject in subjects {
            left.removeAll { $0.subject == subject }
            failures[subject] = nil
            retryAt[subject] = nil
            if case .task(let task) = subject { pending.insert(task) }
        }
    }

    mutating func retry(_ subject: Leftover.Subject, at time: Timestamp?) {
        failures[subject, default: 0] += 1
        retryAt[subject] = time
    }

    mutating func revert(_ task: TaskID) {
        settle(.task(task))
        reverted.insert(task)
    }

    mutating func fail(_ leftover: Leftover) {
        settle(leftover.subject)
        left.removeAll { $0.subject == leftover.subject }
        left.append(leftover)
    }

    /// Nothing is to be done about it any more.
    mutating func settle(_ subject: Leftover.Subject) {
        failures[subject] = nil
        retryAt[subject] = nil
        if case .task(let task) = subject { pending.remove(task) }
    }

    mutating func dismiss(_ subject: Leftover.Subject) {
        left.removeAll { $0.subject == subject }
    }

    /// The tasks that may be undone next, all of one step, in the order in which they ended; empty when there are none.
    func nextBatch() -> [TaskID] {
        guard !pending.isEmpty, let last = done.last(where: pending.contains) else { return [] }
        return done.filter { $0.step == last.step && pending.contains($0) }
    }
}
