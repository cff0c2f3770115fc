import DequeModule

/// The repeatable requests that a worker runs or has answered, by request id.
///
/// A repeat finds its first attempt here, whichever broker either came by: it waits for the handler that still runs, or
/// gets the reply that was given. What was answered is kept for a while only, so a handler can run a second time, as it
/// can in another worker: that is what *repeatable* allows. A value without threads or clock: see ``WorkerFloor``.
struct RepeatTable: Sendable {
    /// How much is remembered of what was answered.
    struct Limits: Sendable {
        var replies = 65_536
        /// Of bodies and annotations, with 128 for each reply; one that takes more than an eighth is not remembered.
        var bytes = 32 * 1024 * 1024
        var age: Duration = .seconds(60)
    }

    /// Who asks, as a broker with keys says: only they get the reply that was given.
    struct Caller: Sendable, Equatable {
        let peer: String?
        let roles: String?

        init(_ annotations: Annotations = [:]) {
            (peer, roles) = (annotations[Annotations.peer], annotations[Annotations.roles])
        }
    }

    enum Arrival {
        /// Run it, and tell ``finish(_:by:with:at:)``.
        case run
        /// Run it; it is not remembered, as its request id stands for something else that runs, or is another caller's.
        case runUnknown
        /// Its first attempt runs: its reply is this one's, too.
        case follow
        /// It was answered.
        case answered(BusReply)
    }

    private struct Run {
        let runner: CallReference
        let operation: String
        let caller: Caller
        /// Whether somebody waits for the call that has the handler.
        var isRunnerWanted = true
        /// Repeats that wait for the same reply.
        var followers: [CallReference] = []

        var isWanted: Bool { isRunnerWanted || !followers.isEmpty }

        mutating func leave(_ call: CallReference) {
            if call == runner { isRunnerWanted = false } else { followers.removeAll { $0 == call } }
        }
    }

    private struct Answer {
        let number: UInt64
        let operation: String
        let caller: Caller
        let reply: BusReply
        let time: Moment
        let bytes: Int
    }

    private enum Entry {
        case running(Run)
        case answered(Answer)
    }

    private let limits: Limits
    private var entries: [RequestID: Entry] = [:]
    /// What was answered, the oldest first; an entry that has been replaced has another number.
    private var ages: Deque<(id: RequestID, number: UInt64, time: Moment)> = []
    private var lastNumber: UInt64 = 0
    /// What the remembered replies hold, in bytes.
    private(set) var bytes = 0

    init(limits: Limits = Limits()) { self.limits = limits }

    /// How many requests run or are remembered.
    var count: Int { entries.count }

    /// What becomes of a repeatable request that has come.
    mutating func begin(
        _ id: RequestID,
        operation: String,
        caller: Caller,
        isRepeated: Bool,
        as call: CallReference,
        at now: Moment
    ) -> Arrival {
        switch entries[id] {
        case .running(var run):
            guard isRepeated, run.operation == operation, run.caller == caller else { return .runUnknown }
            run.followers.append(call)
            entries[id] = .running(run)
            return .follow
        case .answered(let answer) where answer.caller != caller: return .runUnknown
        case .answered(let answer) where isRepeated && answer.operation == operation && now < answer.time + limits.age:
            return .answered(answer.reply)
        case .answered(let answer): bytes -= answer.bytes
        case nil: break
        }
        entries[id] = .running(Run(runner: call, operation: operation, caller: caller))
        return .run
    }

    /// Remembers a reply; the repeats that wait for it.
    mutating func finish(
        _ id: RequestID,
        by call: CallReference,
        with reply: BusReply,
        at now: Moment
    ) -> [CallReference] {
        guard case .running(let run) = entries[id], run.runner == call else { return [] }
        remember(reply, of: run, as: id, at: now)
        expire(at: now)
        return run.followers
    }

    private mutating func remember(_ reply: BusReply, of run: Run, as id: RequestID, at now: Moment) {
        let size = reply.body.count + reply.annotations.size + 128
        guard size <= limits.bytes / 8 else {
            entries[id] = nil
            return
        }
        lastNumber += 1
        entries[id] = .answered(
            Answer(
                number: lastNumber,
                operation: run.operation,
                caller: run.caller,
                reply: reply,
                time: now,
                bytes: size
            )
        )
        ages.append((id, lastNumber, now))
        bytes += size
    }

    /// Ends a request that never began, and is not to be remembered; the repeats that wait for it.
    mutating func drop(_ id: RequestID, by call: CallReference) -> [CallReference] {
        guard case .running(let run) = entries[id], run.runner == call else { return [] }
        entries[id] = nil
        return run.followers
    }

    /// The client of this call has given up: the call whose handler is to be cancelled, when nobody else waits for it.
    ///
    /// A repeat that comes later runs anew.
    mutating func cancel(_ id: RequestID, _ call: CallReference) -> CallReference? {
        guard case .running(var run) = entries[id] else { return nil }
        run.leave(call)
        entries[id] = run.isWanted ? .running(run) : nil
        return run.isWanted ? nil : run.runner
    }

    /// The connection of this call is lost: its handler goes on for the repeat that may come.
    mutating func lose(_ id: RequestID, _ call: CallReference) {
        guard case .running(var run) = entries[id] else { return }
        run.leave(call)
        entries[id] = .running(run)
    }

    /// Forgets what is too old or too much.
    mutating func expire(at now: Moment) {
        while let oldest = ages.first,
            ages.count > limits.replies || bytes > limits.bytes || now >= oldest.time + limits.age
        {
            ages.removeFirst()
            guard case .answered(let answer) = entries[oldest.id], answer.number == oldest.number else { continue }
            entries[oldest.id] = nil
            bytes -= answer.bytes
        }
    }
}

extension Annotations {
    /// About how many bytes they hold.
    fileprivate var size: Int { entries.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count } }
}
