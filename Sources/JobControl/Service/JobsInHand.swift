import Synchronization

/// The jobs that this process has taken in, or goes on with, and has not brought to their end: by their ids.
final class JobsInHand: Sendable {
    private let handles = Mutex<[String: JobHandle]>([:])

    /// Nil when the job has ended, is not known, or is in somebody else's hand.
    subscript(id: String) -> JobHandle? {
        handles.withLock { $0[id] }
    }

    func add(_ handle: JobHandle) {
        handles.withLock { $0[handle.id] = handle }
    }

    func remove(_ handle: JobHandle) {
        handles.withLock { $0[handle.id] = nil }
    }
}
