import Synchronization

/// The rules in force, for all brokers that were given this object; they may be replaced at any time.
public final class AccessControl: Sendable {
    private struct State {
        var rules: AccessRules
        var observers: [UInt64: @Sendable (AccessRules) -> Void] = [:]
        var lastObserver: UInt64 = 0
    }

    private let state: Mutex<State>

    public init(_ rules: AccessRules) { state = Mutex(State(rules: rules)) }

    /// The rules in force.
    public var rules: AccessRules { state.withLock { $0.rules } }

    /// Puts other rules in force, also for peers that are connected: who has no entry any more has no rights.
    public func replace(with rules: AccessRules) {
        // Observers first, under the lock: who is let in by the new rules is known to the brokers by then.
        state.withLock { state in
            for observer in state.observers.values { observer(rules) }
            state.rules = rules
        }
    }

    /// Calls `body` with the rules in force and with all that follow, until the result is gone. It must not block.
    package func observe(_ body: @escaping @Sendable (AccessRules) -> Void) -> Observation {
        let number = state.withLock { state in
            body(state.rules)
            state.lastObserver += 1
            state.observers[state.lastObserver] = body
            return state.lastObserver
        }
        return Observation { [self] in state.withLock { $0.observers[number] = nil } }
    }

    /// Ends when nobody holds it.
    package final class Observation: Sendable {
        private let end: @Sendable () -> Void

        init(_ end: @escaping @Sendable () -> Void) { self.end = end }

        deinit { end() }
    }
}
