import JSON

/// Who has sent something lately, client or worker or both.
struct PeerRow: BrokerRow {
    var id = RoutingID(word: 0, count: 0)
    var isLive = false
    var lastHeard = Moment.start
    var lastSaid = Moment.start
    /// Whether it has ever sent a heartbeat: from then on, silence means that it is gone.
    var sendsHeartbeats = false
    /// Whether it speaks the Majordomo Protocol: ``BrokerMachine/majordomo`` knows more.
    var isMajordomo = false
    /// Its row as a worker, or ``nobody``.
    var worker = PeerRow.nobody
    /// Its number in the ``AccessTable``, or ``nobody`` as long as there is none.
    var identity = PeerRow.nobody
    /// The requests it waits for, oldest first.
    var requests = SlotList()
    /// Whether they are in the machine's index by correlation.
    var isIndexed = false

    var requestCount = 0
    /// How many bytes of its requests are kept.
    var heldBytes = 0

    static let nobody = -1
    static let vacant = PeerRow()
}

/// A service that has workers.
struct ServiceRow: BrokerRow {
    var name: [UInt8] = []
    var isLive = false
    /// Rows of its workers, those included that take nothing more.
    var workers: [Int] = []
    /// How many of them take requests.
    var activeWorkers = 0
    /// Where the search for the least loaded begins, so that equals take turns.
    var turn = 0
    var queue = ServiceQueue()
    var counters = ServiceCounters()
    /// Whether it is listed as one whose queue may move.
    var isListed = false

    static let vacant = ServiceRow()

    var text: String { String(decoding: name, as: UTF8.self) }
}

/// A peer that serves.
struct WorkerRow: BrokerRow {
    var isLive = false
    var peer = PeerRow.nobody
    var service = 0
    /// How many requests it takes at once.
    var credits = 0
    /// How many it has.
    var outstanding = 0
    /// It said goodbye: it answers what it has and takes nothing more.
    var isDraining = false
    /// Its connection took no more; set until something is heard from it.
    var isStalled = false
    /// The requests it has, oldest first.
    var inHand = SlotList()
    /// Names it in events and snapshots, unlike its row, which is used again.
    var number: UInt64 = 0

    static let vacant = WorkerRow()

    @inline(__always)
    var hasCredit: Bool { outstanding < credits && !isDraining && !isStalled }
}
