import DequeModule
import Synchronization

/// How many jobs run at once, and how many wait for their turn, in the order in which they came.
final class JobSlots: Sendable {
    /// What a job gets when it comes.
    enum Place: Sendable {
        /// It may run now.
        case running
        /// It must wait in line for its turn.
        case waiting
    }

    private struct Waiter {
        let job: String
        let continuation: CheckedContinuation<Bool, any Error>
    }

    private struct State {
        var running = 0
        var waiting = 0
        var isClosed = false
        var line: Deque<Waiter> = []
    }

    private let runningLimit: Int
    private let waitingLimit: Int
    private let state = Mutex(State())

    init(running: Int, waiting: Int) {
        runningLimit = max(running, 1)
        waitingLimit = max(waiting, 0)
    }

    /// Whether no more jobs are taken.
    var isClosed: Bool { state.withLock(\.isClosed) }

    /// Takes a place.
    ///
    /// - Parameter isAccepted: the job was accepted before: it waits however many others do.
    /// - Throws: ``JobRefusal`` when everything is full, or no more jobs are taken.
    func take(isAccepted: Bool = false) throws(JobRefusal) -> Place {
        let answer: Result<Place, JobRefusal> = state.withLock { state in
            if state.isClosed { return .failure(.shuttingDown) }
            if state.running < runningLimit, state.waiting == 0 {
                state.running += 1
                return .success(.running)
            }
            guard isAccepted || state.waiting < waitingLimit else {
                return .failure(.overloaded(waiting: state.waiting))
            }
            state.waiting += 1
            return .success(.waiting)
        }
        return try answer.get()
    }

    /// Turns a waiting place into a running one; returns when it is this job's turn.
    ///
    /// - Parameters:
    ///   - isWanted: somebody wants something of the job, so that it must not line up.
    ///   - prepare: done before the job lines up; when it throws, the place is given up.
    /// - Returns: false when the job was called out of the line: its place is given up.
    /// - Throws: what `prepare` throws; `CancellationError` when no more jobs are started.
    func waitInLine(
        as job: String,
        unless isWanted: @escaping @Sendable () -> Bool = { false },
        after prepare: () async throws -> Void = {}
    ) async throws -> Bool {
        do {
            try await prepare()
        } catch {
            state.withLock { $0.waiting -= 1 }
            throw error
        }
        return try await withCheckedThrowingContinuation { lineUp(Waiter(job: job, continuation: $0), isWanted) }
    }

    private func lineUp(_ waiter: Waiter, _ isWanted: () -> Bool) {
        let answer: Result<Bool, any Error>? = state.withLock { state in
            if state.isClosed { return .failure(CancellationError()) }
            // Asked under the lock: who comes from now on finds the job in the line.
            if isWanted() {
                state.waiting -= 1
                return .success(false)
            }
            guard state.running < runningLimit, state.line.isEmpty else {
                state.line.append(waiter)
                return nil
            }
            state.running += 1
            state.waiting -= 1
            return .success(true)
        }
        if let answer { waiter.continuation.resume(with: answer) }
    }

    /// Calls a job out of the line, if it is there, since somebody wants something of it.
    func callOut(_ job: String) {
        let waiter = state.withLock { state -> Waiter? in
            guard let index = state.line.firstIndex(where: { $0.job == job }) else { return nil }
            state.waiting -= 1
            return state.line.remove(at: index)
        }
        waiter?.continuation.resume(returning: false)
    }

    /// How many jobs are before that one in the line; nil when it does not wait.
    func position(of job: String) -> Int? {
        state.withLock { state in state.line.firstIndex { $0.job == job } }
    }

    /// Gives up a running place, to the first in line.
    func leave() {
        let next = state.withLock { state -> Waiter? in
            guard let next = state.line.popFirst() else {
                state.running -= 1
                return nil
            }
            state.waiting -= 1
            return next
        }
        next?.continuation.resume(returning: true)
    }

    /// Takes no more jobs and starts none of those that wait.
    func close() {
        let line = state.withLock { state in
            state.isClosed = true
            defer { state.line = [] }
            return state.line
        }
        for waiter in line { waiter.continuation.resume(throwing: CancellationError()) }
    }
}
