import JSON
import Synchronization

/// Somebody who waits for a handler's answer, and gets one only.
final class HandlerCall: Sendable {
    private enum State {
        case new, waiting(CheckedContinuation<JSONValue, any Error>), answered(Result<JSONValue, any Error>)
    }

    let line: [UInt8]
    private let state = Mutex(State.new)

    init(line: [UInt8]) { self.line = line }

    func wait(_ continuation: CheckedContinuation<JSONValue, any Error>) {
        let early = state.withLock { state -> Result<JSONValue, any Error>? in
            // Who was cancelled before is answered already.
            if case .answered(let answer) = state { return answer }
            state = .waiting(continuation)
            return nil
        }
        if let early { continuation.resume(with: early) }
    }

    func answer(_ answer: Result<JSONValue, any Error>) {
        let continuation = state.withLock { state -> CheckedContinuation<JSONValue, any Error>? in
            defer { if case .answered = state {} else { state = .answered(answer) } }
            if case .waiting(let continuation) = state { return continuation }
            return nil
        }
        continuation?.resume(with: answer)
    }

    var isAnswered: Bool {
        state.withLock { if case .answered = $0 { true } else { false } }
    }
}
