import Bus
import JSON

/// Decides when a handler's process is started, what it is given and what its callers are answered.
///
/// The invariant: a process has at most one request in hand, and each call is answered once. A process that breaks the
/// rules (dies, is late, says what it was not asked) is not used again.
struct HandlerMachine {
    struct Call: Sendable, Equatable {
        let number: Int
        let line: [UInt8]
    }

    enum Action: Equatable {
        case start(life: Int)
        case write([UInt8], life: Int)
        case answer(Int, Result<JSONValue, Problem>)
        /// Report ``timedOut(_:)`` after the handler's time.
        case watch(Int)
        /// Report ``paused()`` after that time.
        case pause(Duration)
        case kill(life: Int)
        /// Ask the process to end, and kill it when it does not.
        case end(life: Int)
    }

    private enum Process: Equatable {
        case none, pausing, starting, running
    }

    /// How many calls may wait for the one in hand.
    static let queueLimit = 256

    private let command: String
    private var process = Process.none
    private var life = 0
    private var current: Call?
    private var waiting: [Call] = []
    private var failures = 0
    private(set) var isEnded = false

    init(command: String) { self.command = command }
}

extension HandlerMachine {
    mutating func called(_ call: Call) -> [Action] {
        guard !isEnded else { return [.answer(call.number, .failure(stopped))] }
        guard waiting.count < Self.queueLimit else {
            let busy = problem(.serviceUnavailable, "has \(Self.queueLimit) requests waiting already")
            return [.answer(call.number, .failure(busy))]
        }
        waiting.append(call)
        return next()
    }

    mutating func started(life: Int) -> [Action] {
        guard life == self.life, process == .starting else { return [] }
        process = .running
        return current.map { [.write($0.line, life: life)] } ?? next()
    }

    mutating func received(_ line: [UInt8], life: Int) -> [Action] {
        guard life == self.life, process == .running else { return [] }
        guard let call = current, let answer = HandlerLine.answer(line) else {
            // Were a line that nobody asked for kept, it would become the answer to the next request.
            return [.kill(life: life)] + lost(problem(.badGateway, "gave no answer that can be read"))
        }
        current = nil
        failures = 0
        return [.answer(call.number, answer)] + next()
    }

    /// The process ended, could not be started or cannot be used; `reason` goes on after "The handler of 'x'".
    mutating func closed(life: Int, because reason: String) -> [Action] {
        guard life == self.life, process == .starting || process == .running else { return [] }
        return lost(problem(.badGateway, reason))
    }

    mutating func timedOut(_ number: Int) -> [Action] {
        guard current?.number == number else { return [] }
        return [.kill(life: life)] + lost(problem(.gatewayTimeout, "did not answer in time"))
    }

    mutating func paused() -> [Action] {
        guard process == .pausing else { return [] }
        process = .none
        return next()
    }

    mutating func ended() -> [Action] {
        guard !isEnded else { return [] }
        isEnded = true
        let calls = (current.map { [$0] } ?? []) + waiting
        let isUp = process == .starting || process == .running
        (current, waiting, process) = (nil, [], .none)
        return calls.map { .answer($0.number, .failure(stopped)) } + (isUp ? [.end(life: life)] : [])
    }
}

extension HandlerMachine {
    private mutating func next() -> [Action] {
        guard current == nil, !waiting.isEmpty, process == .none || process == .running else { return [] }
        let call = waiting.removeFirst()
        current = call
        if process == .running { return [.write(call.line, life: life), .watch(call.number)] }
        life += 1
        process = .starting
        return [.start(life: life), .watch(call.number)]
    }

    private mutating func lost(_ problem: Problem) -> [Action] {
        let call = current
        current = nil
        failures += 1
        process = .pausing
        return (call.map { [.answer($0.number, .failure(problem))] } ?? []) + [.pause(pause)]
    }

    /// 100 ms, twice as long with every failure in a row, at most 10 s.
    private var pause: Duration {
        min(.milliseconds(100) * (1 << min(failures - 1, 10)), .seconds(10))
    }

    private var stopped: Problem { problem(.serviceUnavailable, "was stopped") }

    private func problem(_ status: Status, _ reason: String) -> Problem {
        Problem(status, "The handler of '\(command)' \(reason).")
    }
}
