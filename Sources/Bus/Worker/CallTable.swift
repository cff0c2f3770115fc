/// The requests that a worker has in hand from one broker.
///
/// A call belongs to the announcement under which it came: the broker that hears a later one has given up on it, so its
/// reply would mean nothing there. Such a call still takes a place until its handler has finished.
struct CallTable {
    struct Call {
        /// The broker's, which the reply repeats.
        let correlation: UInt64
        /// Which announcement it came under.
        let announcement: Int
        var stage: Stage
        /// Under which it is known to ``RepeatTable``; zero when it is not.
        var repeatID = RequestID.zero
        /// When its client gives up; kept with the id.
        var limit = Moment.never
        /// Set when its client takes parts.
        var parts: ReplyParts?
    }

    enum Stage {
        /// Its handler runs; the task is nil until the handler had to wait for something.
        case running(Task<Void, Never>?)
        /// It waits for a place. Kept apart, so that the calls that need not wait stay small.
        indirect case waiting(BusRequest, ticket: UInt64)
        /// It waits for the reply to an earlier attempt.
        case following
    }

    private var calls = Slab<Call>()
    /// The calls that did not finish at once, by correlation and announcement.
    private var index: PeerIndex
    /// Of the calls that wait for a place, and of those that run for a repeat that may come.
    private var deadlines = DeadlineHeap()
    /// How many calls came under an earlier announcement.
    private(set) var orphans = 0
    private(set) var announcement = 0

    init() { index = PeerIndex(seed: .random(in: .min ... .max)) }

    var count: Int { calls.count }
    var isEmpty: Bool { calls.isEmpty }
    /// Of all calls.
    var keys: [UInt64] { calls.keys }

    subscript(key: UInt64) -> Call? { calls[key] }

    /// Takes a request in; the key stands for it until ``finish(_:)``.
    mutating func begin(correlation: UInt64) -> UInt64 {
        calls.insert(Call(correlation: correlation, announcement: announcement, stage: .running(nil)))
    }

    /// Notes under which id, and for how long, others may ask for the reply of a call.
    mutating func setRepeatID(_ id: RequestID, until limit: Moment, for key: UInt64) {
        calls[key]?.repeatID = id
        calls[key]?.limit = limit
    }

    /// Minds the deadline of a call that runs, now that no broker does.
    mutating func watchDeadline(of key: UInt64) {
        guard let call = calls[key], call.limit != .never else { return }
        deadlines.insert(call.limit, slot: Slab<Call>.index(in: key))
    }

    mutating func setParts(_ parts: ReplyParts, for key: UInt64) { calls[key]?.parts = parts }

    /// Keeps the task of a call that did not finish at once.
    mutating func keep(_ task: Task<Void, Never>, for key: UInt64) { enter(key, as: .running(task)) }

    /// Keeps a call that must wait for the reply to an earlier attempt.
    mutating func follow(_ key: UInt64) { enter(key, as: .following) }

    /// Keeps a request that must wait for a place.
    mutating func wait(_ key: UInt64, with request: BusRequest, ticket: UInt64) {
        enter(key, as: .waiting(request, ticket: ticket))
        if request.limit != .never { deadlines.insert(request.limit, slot: Slab<Call>.index(in: key)) }
    }

    /// Gives a place to a call that waited; nil when it waits no more.
    mutating func resume(_ key: UInt64) -> BusRequest? {
        guard case .waiting(let request, _) = calls[key]?.stage else { return nil }
        calls[key]?.stage = .running(nil)
        deadlines.remove(slot: Slab<Call>.index(in: key))
        return request
    }

    private mutating func enter(_ key: UInt64, as stage: Stage) {
        guard let call = calls[key] else { return }
        calls[key]?.stage = stage
        index.insert(call.correlation, peer: call.announcement, row: Slab<Call>.index(in: key))
    }

    /// Takes out a call that has ended.
    mutating func finish(_ key: UInt64) -> Call? {
        guard let call = calls.remove(key) else { return nil }
        let slot = Slab<Call>.index(in: key)
        index.remove(call.correlation, peer: call.announcement, row: slot)
        deadlines.remove(slot: slot)
        if call.announcement != announcement { orphans -= 1 }
        return call
    }

    /// Begins another announcement: what is in hand now will not be answered.
    mutating func announceAgain() {
        announcement += 1
        orphans = calls.count
    }

    /// The call that the broker knows under `correlation`.
    func key(of correlation: UInt64) -> UInt64? {
        index.row(of: correlation, peer: announcement).map(calls.key(at:))
    }

    /// When the next call whose deadline is minded here is too late.
    var nextDeadline: Moment { deadlines.earliest ?? .never }

    /// Takes the deadline of a call that is too late.
    mutating func popOverdue(at now: Moment) -> UInt64? { deadlines.popExpired(at: now).map(calls.key(at:)) }
}
