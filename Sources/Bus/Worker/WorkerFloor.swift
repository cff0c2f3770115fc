import Synchronization

/// A call in hand, as the loops of one worker name it to each other.
struct CallReference: Sendable, Hashable {
    /// Which broker's loop has it.
    let loop: Int
    /// Its key in that loop's ``CallTable``.
    let key: UInt64
}

/// What the loops of one worker share: the places for handlers, and what is known of repeatable requests.
///
/// With one broker the places are left alone: that broker keeps to the credits by itself. No lock is held while
/// anything else is called.
final class WorkerFloor: Sendable {
    private let mailboxes: [Mailbox<WorkerCommand>]
    private let places: Mutex<HandlerPlaces>
    private let repeats = Mutex(RepeatTable())

    /// - Parameters:
    ///   - credits: how many handlers may run at once.
    ///   - mailboxes: one a loop, in the order of their numbers.
    init(credits: Int, mailboxes: [Mailbox<WorkerCommand>]) {
        self.mailboxes = mailboxes
        places = Mutex(HandlerPlaces(limit: credits))
    }

    private var isShared: Bool { mailboxes.count > 1 }

    /// Takes a place for a handler, which ``leave()`` gives back, or a place in the queue.
    func enter(_ call: CallReference, priority: UInt8) -> HandlerPlaces.Entry {
        guard isShared else { return .begin }
        return places.withLock { $0.enter(call, priority: priority) }
    }

    /// Gives a place to the request that waits for it, by a command to its loop.
    func leave() {
        guard isShared else { return }
        while let next = places.withLock({ $0.leave() }) {
            if mailboxes[next.loop].post(.begin(next.key)) { return }
        }
    }

    /// Takes a request out of the queue. When it has a place already, ``WorkerCommand/begin(_:)`` is on its way.
    func withdraw(_ ticket: UInt64) {
        places.withLock { _ = $0.withdraw(ticket) }
    }
}

/// Repeatable requests: see ``RepeatTable``.
extension WorkerFloor {
    func begin(_ request: BusRequest, as call: CallReference, at now: Moment) -> RepeatTable.Arrival {
        repeats.withLock { table in
            table.begin(
                request.requestID,
                operation: request.operation,
                caller: RepeatTable.Caller(request.annotations),
                isRepeated: request.isRepeated,
                as: call,
                at: now
            )
        }
    }

    /// Remembers a reply, and gives it to the repeats that wait for it.
    func finish(_ id: RequestID, by call: CallReference, with reply: BusReply) {
        tell(repeats.withLock { $0.finish(id, by: call, with: reply, at: .now) }, reply)
    }

    /// Answers the repeats of a request that never began.
    func drop(_ id: RequestID, by call: CallReference, with reply: BusReply) {
        tell(repeats.withLock { $0.drop(id, by: call) }, reply)
    }

    /// Which call is to be stopped, now that the client of this one has given up.
    func cancel(_ id: RequestID, _ call: CallReference) -> CallReference? {
        repeats.withLock { $0.cancel(id, call) }
    }

    func lose(_ id: RequestID, _ call: CallReference) {
        repeats.withLock { $0.lose(id, call) }
    }

    func expire(at now: Moment) {
        repeats.withLock { $0.expire(at: now) }
    }

    /// Has another loop stop the handler of one of its calls.
    func stop(_ call: CallReference) {
        mailboxes[call.loop].post(.stop(call.key))
    }

    private func tell(_ followers: [CallReference], _ reply: BusReply) {
        for follower in followers { mailboxes[follower.loop].post(.finished(follower.key, reply)) }
    }
}
