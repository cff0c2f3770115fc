import DequeModule
import Synchronization

/// The parts of one reply that have arrived and were not taken yet, and how it ended.
///
/// The socket's thread adds, whoever reads takes the next. What the worker may send is counted here for all readers, so
/// that never more is held than they have granted, the window, and no part is kept from the one who waits.
final class PartsBuffer: Sendable {
    enum Admission {
        /// The reader has to be woken when the batch is over.
        case first
        case further
        /// The worker had no right to send it.
        case refused
    }

    enum Taking {
        /// The worker is to be told of so many more that it may send.
        case part(Reply, grant: Int)
        case nothing
        case ended(PendingRequest.Outcome)
    }

    private struct State {
        var parts: Deque<Reply> = []
        var credits: Int
        /// How many parts were taken that the worker does not know of.
        var owed = 0
        var outcome: PendingRequest.Outcome?
        var readers: [UnsafeContinuation<Void, Never>] = []

        /// Lets the worker send as many more as were taken; none when the reply has ended.
        mutating func settle() -> Int {
            guard outcome == nil else { return 0 }
            defer { owed = 0 }
            credits += owed
            return owed
        }
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

// MARK: - The readers

extension PartsBuffer {
    /// How many parts are taken before the worker may send as many more.
    private var grantSize: Int { max(Int(window) / 2, 1) }

    /// The next part.
    func take() -> Taking {
        state.withLock { state in
            guard let part = state.parts.popFirst() else { return state.outcome.map { .ended($0) } ?? .nothing }
            state.owed += 1
            return .part(part, grant: state.owed >= grantSize ? state.settle() : 0)
        }
    }

    /// The last of the parts that are there, instead of all of them.
    func takeLast() -> Taking {
        state.withLock { state in
            guard let part = state.parts.last else { return state.outcome.map { .ended($0) } ?? .nothing }
            state.owed += state.parts.count
            state.parts = []
            return .part(part, grant: state.settle())
        }
    }

    /// Returns when there may be something to take.
    func waitForMore() async {
        await withUnsafeContinuation { wait($0) }
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
