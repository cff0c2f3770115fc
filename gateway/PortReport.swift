import Synchronization

/// Collects the ports as they are bound and wakes those who wait for the last of them.
final class PortReport: Sendable {
    private struct State {
        var ports = BoundPorts()
        var missing: Int
        var failure: (any Error)?
        var waiting: [Waiter] = []

        var isSettled: Bool { failure != nil || missing == 0 }

        /// The result with those who wait for it; nobody, while it is open.
        mutating func takeSettled() -> (result: Result<BoundPorts, any Error>, waiting: [Waiter]) {
            let result: Result<BoundPorts, any Error> = failure.map { .failure($0) } ?? .success(ports)
            guard isSettled else { return (result, []) }
            defer { waiting = [] }
            return (result, waiting)
        }
    }

    private typealias Waiter = CheckedContinuation<BoundPorts, any Error>
    private let state: Mutex<State>

    init(expecting count: Int) { state = Mutex(State(missing: count)) }

    func bound(_ listener: Listener, to port: Int) {
        settle { state in
            state.missing -= 1
            if let service = listener.service { state.ports.services[service] = port } else { state.ports.main = port }
        }
    }

    /// The first failure is what the waiters get, unless all ports were bound before.
    func failed(_ error: any Error) {
        settle { state in if !state.isSettled { state.failure = error } }
    }

    /// Returns when every port listens.
    ///
    /// - Throws: what kept a port from listening.
    func ports() async throws -> BoundPorts {
        try await withCheckedThrowingContinuation { continuation in
            settle { $0.waiting.append(continuation) }
        }
    }

    private func settle(_ change: @Sendable (inout State) -> Void) {
        let settled = state.withLock { state in
            change(&state)
            return state.takeSettled()
        }
        for continuation in settled.waiting { continuation.resume(with: settled.result) }
    }
}
