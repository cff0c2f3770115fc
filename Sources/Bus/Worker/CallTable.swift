/// The requests that a worker has in hand.
///
/// A call belongs to the announcement under which it came: the broker that hears a later one has given up on it, so its
/// reply would mean nothing there. Such a call still takes a place until its handler has finished.
struct CallTable {
    struct Call {
        /// The broker's, which the reply repeats.
        let correlation: UInt64
        /// Which announcement it came under.
        let announcement: Int
        /// Nil until the handler had to wait for something.
        var task: Task<Void, Never>?
    }

    private var calls = Slab<Call>()
    /// How many calls came under an earlier announcement.
    private(set) var orphans = 0
    private(set) var announcement = 0

    var count: Int { calls.count }
    var isEmpty: Bool { calls.isEmpty }

    /// Takes a request in; the key stands for it until ``finish(_:)``.
    mutating func begin(correlation: UInt64) -> UInt64 {
        calls.insert(Call(correlation: correlation, announcement: announcement))
    }

    /// Keeps the task of a call that did not finish at once.
    mutating func keep(_ task: Task<Void, Never>, for key: UInt64) {
        calls[key]?.task = task
    }

    /// What became of a finished call.
    enum Ending: Equatable {
        /// The broker waits for a reply under its correlation.
        case answer(UInt64)
        /// Nobody waits, but a place is free again.
        case orphan
        case unknown
    }

    mutating func finish(_ key: UInt64) -> Ending {
        guard let call = calls.remove(key) else { return .unknown }
        guard call.announcement != announcement else { return .answer(call.correlation) }
        orphans -= 1
        return .orphan
    }

    /// Begins another announcement: what is in hand now will not be answered.
    mutating func announceAgain() {
        announcement += 1
        orphans = calls.count
    }

    /// The task of the call that the broker knows under `correlation`.
    func task(correlation: UInt64) -> Task<Void, Never>? {
        calls.keys.lazy.compactMap { calls[$0] }
            .first { $0.correlation == correlation && $0.announcement == announcement }?.task
    }

    /// The tasks of all calls.
    var tasks: [Task<Void, Never>] { calls.keys.compactMap { calls[$0]?.task } }
}
