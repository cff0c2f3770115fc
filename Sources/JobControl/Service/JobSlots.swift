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

    private struct State {
        var running = 0
        var waiting = 0
        var isClosed = false
        var line: Deque<CheckedContinuation<Void, any Error>> = []
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
    /// - Parameter isAccepted: the job was accepted before a restart: it waits however many others do.
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
    /// - Parameter prepare: done before the job lines up; when it throws, the place is given up.
    /// - Throws: what `prepare` throws; `CancellationError` when no more jobs are started.
    func waitInLine(after prepare: () async throws -> Void) async throws {
        do {
            try await prepare()
        } catch {
            state.withLock { $0.waiting -= 1 }
            throw error
        }
        try await withCheckedThrowingContinuation { lineUp($0) }
    }

    private func lineUp(_ continuation: CheckedContinuation<Void, any Error>) {
        let answer: Result<Void, any Error>? = state.withLock { state in
            if state.isClosed { return .failure(CancellationError()) }
            guard state.running < runningLimit, state.line.isEmpty else {
                state.line.append(continuation)
                return nil
            }
            state.running += 1
            state.waiting -= 1
            return .success(())
        }
        if let answer { continuation.resume(with: answer) }
    }

    /// Gives up a running place, to the first in line.
    func leave() {
        let next = state.withLock { state -> CheckedContinuation<Void, any Error>? in
            guard let next = state.line.popFirst() else {
                state.running -= 1
                return nil
            }
            state.waiting -= 1
            return next
        }
        next?.resume()
    }

    /// Takes no more jobs and starts none of those that wait.
    func close() {
        let line = state.withLock { state in
            state.isClosed = true
            defer { state.line = [] }
            return state.line
        }
        for continuation in line { continuation.resume(throwing: CancellationError()) }
    }
}
