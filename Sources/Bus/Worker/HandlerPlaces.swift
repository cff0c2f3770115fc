import DequeModule

/// How many handlers of a worker may run at once over all its brokers, and which requests wait for a place.
///
/// Every broker is told the full number, so that one alone can keep the worker busy; together they may send more. What
/// is beyond waits here, by priority, then by arrival. A value without threads: see ``WorkerFloor``.
struct HandlerPlaces: Sendable {
    enum Entry: Equatable {
        /// It has a place, until ``leave()``.
        case begin
        /// It waits, until ``leave()`` names it or ``withdraw(_:)`` takes it back.
        case wait(ticket: UInt64)
    }

    private let limit: Int
    private(set) var taken = 0
    private var tickets = Slab<CallReference>()
    /// By priority. A ticket that was withdrawn stays until it is found to be void.
    private var queues = [Deque<UInt64>](repeating: [], count: 10)
    private var voidTickets = 0

    /// - Parameter limit: how many may run at once, 1 or more.
    init(limit: Int) { self.limit = limit }

    /// How many requests wait.
    var waiting: Int { tickets.count }

    /// Takes a place for a request, or a place in the queue.
    mutating func enter(_ call: CallReference, priority: UInt8) -> Entry {
        guard taken >= limit else {
            taken += 1
            return .begin
        }
        let ticket = tickets.insert(call)
        queues[Int(min(priority, 9))].append(ticket)
        return .wait(ticket: ticket)
    }

    /// Gives a place back; the request that has it now, if one waited.
    mutating func leave() -> CallReference? {
        for priority in queues.indices.reversed() {
            while let ticket = queues[priority].popFirst() {
                if let call = tickets.remove(ticket) { return call }
                voidTickets -= 1
            }
        }
        taken -= 1
        return nil
    }

    /// Takes a request out of the queue; false when it has a place already.
    mutating func withdraw(_ ticket: UInt64) -> Bool {
        guard tickets.remove(ticket) != nil else { return false }
        voidTickets += 1
        if voidTickets > tickets.count + 64 { dropVoidTickets() }
        return true
    }

    private mutating func dropVoidTickets() {
        for priority in queues.indices { queues[priority].removeAll { tickets[$0] == nil } }
        voidTickets = 0
    }
}
