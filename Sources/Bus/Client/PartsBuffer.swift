import Synchronization

/// The parts of one reply that have arrived and were not taken yet, and how it ended.
///
/// The socket's thread adds, whoever reads takes all that is there at once. What the worker may send is counted here, so
/// that never more is held than the reader has granted: the window.
final class PartsBuffer: Sendable {
    enum Admission {
        /// The reader has to be woken when the batch is over.
        case first
        case further
        /// The worker had no right to send it.
        case refused
    }

    private struct State {
        var parts: [Reply] = []
        var credits: Int
        var outcome: PendingRequest.Outcome?
        var readers: [UnsafeContinuation<Void, Never>] = []
    }

    /// How many parts may be on their way or held here.
    let window: UInt16
    private let onEnd: @Sendable () -> Void
    private let state: Mutex<State>

    /// - Parameter onEnd: called once, when the reply has ended.
    init(window: UInt16, onEnd: @escaping @Sendable () -> Void) {
        self.window = window
        self.onEnd = onEnd
        state = Mutex(State(credits: Int(window)))
    }

    /// How the reply ended; nil while it goes on.
    var outcome: PendingRequest.Outcome? { state.withLock { $0.outcome } }
}

// MARK: - The socket's thread

extension PartsBuffer {
    /// Adds a part; who reads learns of it by ``wakeReaders()``.
    func add(_ part: Reply) -> Admission {
        state.withLock { state in
            guard state.credits > 0 else { return .refused }
            state.credits -= 1
            state.parts.append(part)
            return state.parts.count == 1 ? .first : .further
        }
    }

    func wakeReaders() {
        let readers = state.withLock { state in
            defer { state.readers = [] }
            return state.readers
        }
        for reader in readers { reader.resume() }
    }

    /// Ends the reply: what has arrived can still be taken. Later calls do nothing.
    func end(_ outcome: PendingRequest.Outcome) {
        let isFirst = state.withLock { state in
            defer { state.outcome = state.outcome ?? outcome }
            return state.outcome == nil
        }
        guard isFirst else { return }
        onEnd()
        wakeReaders()
    }
}

// MARK: - The reader

extension PartsBuffer {
    /// Everything that has arrived, waiting for it; empty when the reply has ended.
    func takeAll() async -> [Reply] {
        while true {
            if let parts = partsNow { return parts }
            await withUnsafeContinuation { wait($0) }
        }
    }

    /// Lets the worker send so many more; false when the reply has ended.
    func grant(_ count: Int) -> Bool {
        state.withLock { state in
            state.credits += count
            return state.outcome == nil
        }
    }

    /// Nil when there is nothing yet.
    private var partsNow: [Reply]? {
        state.withLock { state in
            guard !state.parts.isEmpty || state.outcome != nil else { return nil }
            defer { state.parts = [] }
            return state.parts
        }
    }

    private func wait(_ reader: UnsafeContinuation<Void, Never>) {
        let mustWait = state.withLock { state in
            guard state.parts.isEmpty, state.outcome == nil else { return false }
            state.readers.append(reader)
            return true
        }
        if !mustWait { reader.resume() }
    }
}
