import Synchronization

/// The writes that wait for the writer: bounded, in order of arrival, with at most one writer at work.
final class WriteQueue: Sendable {
    enum Admission: Sendable {
        /// Nobody is draining the queue: the caller must start that.
        case startDraining
        /// The running drain will take it.
        case queued
        case refused(StorageError)
    }

    private struct State {
        var waiting: [QueuedWrite] = []
        var isDraining = false
        var isClosed = false
    }

    private let state = Mutex(State())
    private let limit: Int
    private let path: String

    init(limit: Int, path: String) {
        self.limit = limit
        self.path = path
    }

    /// How many wait.
    var count: Int {
        state.withLock { $0.waiting.count }
    }

    func add(_ write: QueuedWrite) -> Admission {
        state.withLock { state in
            if state.isClosed { return .refused(.closed(path)) }
            if state.waiting.count >= limit { return .refused(.overloaded(path, limit: limit)) }
            state.waiting.append(write)
            defer { state.isDraining = true }
            return state.isDraining ? .queued : .startDraining
        }
    }

    /// The next group, or nil when the drain is over.
    func nextGroup(upTo count: Int) -> [QueuedWrite]? {
        state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.isDraining = false
                return nil
            }
            let group = Array(state.waiting.prefix(count))
            state.waiting.removeFirst(group.count)
            return group
        }
    }

    /// Refuses everything from now on; what waits is still done. False when it was closed before.
    func close() -> Bool {
        state.withLock { state in
            defer { state.isClosed = true }
            return !state.isClosed
        }
    }
}

extension StorageError {
    fileprivate static func closed(_ path: String) -> Self {
        Self(.closed, "The database \(path) is closed.")
    }

    fileprivate static func overloaded(_ path: String, limit: Int) -> Self {
        Self(.overloaded, "The database \(path) has \(limit) writes waiting: try again later.")
    }
}
