import Synchronization

/// The jobs that this process has in hand: the way to each, and the handle of whoever waits for it.
///
/// A paused job is not in hand, but its handle is kept: its submitter may still wait.
final class JobsInHand: Sendable {
    private struct Entry {
        let link: JobLink
        let handle: JobHandle
        /// Nil until it has been noted.
        var task: Task<Void, Never>?
    }

    private struct State {
        var entries: [String: Entry] = [:]
        var parked: [String: JobHandle] = [:]
    }

    private let state = Mutex(State())

    /// The way to a job, if it is in hand.
    func link(to id: String) -> JobLink? { state.withLock { $0.entries[id]?.link } }

    /// The handle of a job that is in hand or paused.
    func handle(of id: String) -> JobHandle? {
        state.withLock { $0.entries[id]?.handle ?? $0.parked[id] }
    }

    /// The ids of all that are durable.
    var accepted: [String] {
        state.withLock { state in state.entries.filter { $0.value.handle.isAccepted }.map(\.key) }
    }

    /// All that are being run.
    var tasks: [Task<Void, Never>] { state.withLock { $0.entries.values.compactMap(\.task) } }

    /// Takes a job in hand; false when it is already.
    func add(_ handle: JobHandle, _ link: JobLink) -> Bool {
        state.withLock { state in
            guard state.entries[handle.id] == nil else { return false }
            state.entries[handle.id] = Entry(link: link, handle: handle)
            state.parked[handle.id] = nil
            return true
        }
    }

    /// Notes what runs a job, unless it has ended already.
    func note(_ task: Task<Void, Never>, of id: String) {
        state.withLock { $0.entries[id]?.task = task }
    }

    /// Lets a job go, and returns what nobody has answered. Whoever still has its link finds it closed.
    func remove(_ handle: JobHandle, isParked: Bool) -> [SteeringRequest] {
        state.withLock { state in
            let entry = state.entries.removeValue(forKey: handle.id)
            if isParked { state.parked[handle.id] = handle }
            return entry?.link.close() ?? []
        }
    }
}
