import DequeModule

/// The requests under way on one socket, found by correlation and by deadline.
struct RequestTable {
    private var requests = Slab<PendingRequest>()
    private var deadlines = DeadlineHeap()

    var earliestDeadline: Moment? { deadlines.earliest }
    var isEmpty: Bool { requests.isEmpty }

    /// Takes a request in and gives it its correlation.
    mutating func add(_ request: PendingRequest) {
        request.key = requests.insert(request)
        deadlines.insert(request.parameters.deadline, slot: Slab<PendingRequest>.index(in: request.key))
    }

    func request(_ correlation: UInt64) -> PendingRequest? { requests[correlation] }

    /// Takes a request out; nil when it is over already.
    mutating func remove(_ correlation: UInt64) -> PendingRequest? {
        guard let request = requests.remove(correlation) else { return nil }
        deadlines.remove(slot: Slab<PendingRequest>.index(in: correlation))
        return request
    }

    /// Takes out the request whose deadline is the earliest, if that has passed.
    mutating func removeExpired(at now: Moment) -> PendingRequest? {
        guard let index = deadlines.popExpired(at: now) else { return nil }
        return requests.remove(requests.key(at: index))
    }

    /// Drops correlations of what is over from a queue when they are most of it, so that it cannot grow without bounds.
    func prune(_ queue: inout Deque<UInt64>) {
        guard queue.count > 2 * requests.count + 64 else { return }
        queue.removeAll { requests[$0] == nil }
    }

    /// Every request under way.
    var all: [PendingRequest] { requests.keys.compactMap { requests[$0] } }
}
