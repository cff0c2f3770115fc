import Synchronization

/// The way to a job that is in hand: keeps what persons want of it until its driver takes that.
///
/// It outlives a driver whose journal failed; what was not answered then is asked of the next one.
final class JobLink: Sendable {
    private struct State {
        var requests: [SteeringRequest] = []
        var isClosed = false
        var isLost = false
        var wake: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    /// Whether something waits to be taken, so that the job must not wait for anything else.
    var isWanted: Bool { state.withLock { !$0.requests.isEmpty || $0.isLost } }

    /// Whether the job may be another's now.
    var isLost: Bool { state.withLock { $0.isLost } }

    /// Says that the job may be another's now: its driver ends.
    func lose() {
        let wake = state.withLock { state in
            state.isLost = true
            return state.wake
        }
        wake?()
    }

    /// The job was found to be, or taken to be, this process's.
    func regain() { state.withLock { $0.isLost = false } }

    /// Hands a request to the job; false when the job is not in hand any more.
    func put(_ request: SteeringRequest) -> Bool {
        let (isTaken, wake) = state.withLock { state -> (Bool, (@Sendable () -> Void)?) in
            guard !state.isClosed else { return (false, nil) }
            state.requests.append(request)
            return (true, state.wake)
        }
        wake?()
        return isTaken
    }

    /// Everything that was put, in order.
    func take() -> [SteeringRequest] {
        state.withLock { state in
            if state.requests.isEmpty { return [] }
            defer { state.requests = [] }
            return state.requests
        }
    }

    /// Gives back what was taken and could not be written.
    func putBack(_ requests: [SteeringRequest]) {
        guard !requests.isEmpty else { return }
        state.withLock { $0.requests.insert(contentsOf: requests, at: 0) }
    }

    /// Who is told of a request from now on; nil for nobody.
    func attach(_ wake: (@Sendable () -> Void)?) {
        state.withLock { $0.wake = wake }
    }

    /// Takes no more requests, and returns those that nobody has taken.
    func close() -> [SteeringRequest] {
        state.withLock { state in
            state.isClosed = true
            state.wake = nil
            defer { state.requests = [] }
            return state.requests
        }
    }
}
