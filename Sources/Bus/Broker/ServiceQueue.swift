/// The requests that wait for one service, as far as the service has to know: whose turn it is, and who has how many.
///
/// The most urgent are first; within a priority clients take turns, each with its oldest request. What is linked here
/// are rows of ``QueueShares``, which holds the requests themselves.
struct ServiceQueue: Sendable {
    static let priorities = 10
    /// A row of the numbers of clients that is no longer than this is kept when nothing waits.
    private static let keptNumbers = 64

    /// How many requests wait.
    fileprivate(set) var count = 0
    /// Of every priority, the clients that have something waiting, in the order of their turns.
    fileprivate var turns = InlineArray<10, SlotList>(repeating: SlotList())
    /// Bit n: somebody has something of priority n waiting.
    fileprivate var occupied: UInt16 = 0
    /// Of every number, the clients that have so many requests waiting.
    fileprivate var sharesByCount: [SlotList] = []
    fileprivate(set) var largestShare = 0

    var isEmpty: Bool { count == 0 }

    fileprivate mutating func forgetNumbers() {
        if count == 0, sharesByCount.count > Self.keptNumbers { sharesByCount = [] }
    }
}

/// Who has what waiting: for every client and every service for which it has something in the queue, its requests by
/// priority, oldest first.
///
/// Whatever is done here takes the same time however much waits, and allocates nothing once the tables have grown.
struct QueueShares: Sendable {
    private struct Share {
        var client = RequestSlot.nobody
        var count = 0
        var occupied: UInt16 = 0
        var lists = InlineArray<10, SlotList>(repeating: SlotList())
    }

    private var shares: [Share] = []
    private var free: [Int] = []
    private var index: PeerIndex
    /// Links a share once for every priority.
    private var turnLinks = SlotLinks()
    private var countLinks = SlotLinks()

    /// - Parameter seed: makes it hard to choose what collides in the tables.
    init(seed: UInt64) { index = PeerIndex(seed: seed) }

    /// The request whose turn it is.
    func first(of queue: ServiceQueue) -> Int? {
        guard queue.occupied != 0 else { return nil }
        let priority = 15 - queue.occupied.leadingZeroBitCount
        return queue.turns[priority].firstSlot.flatMap {
            shares[$0 / ServiceQueue.priorities].lists[priority].firstSlot
        }
    }

    /// The request that has to go for a new one of `client`, when the queue is full: the newest and least urgent of the
    /// client that has most waiting, if this one still has less with the new one; otherwise nil.
    func newestOfLargest(in queue: ServiceQueue, for client: Int, service: Int) -> Int? {
        let own = index.row(of: UInt64(service), peer: client).map { shares[$0].count } ?? 0
        guard own + 1 < queue.largestShare,
            let largest = queue.sharesByCount[queue.largestShare].firstSlot
        else { return nil }
        return shares[largest].lists[shares[largest].occupied.trailingZeroBitCount].lastSlot
    }

    /// The oldest requests of everybody, of every priority: the oldest of all is among them.
    func forEachHead(of queue: ServiceQueue, _ body: (Int) -> Void) {
        for priority in 0..<ServiceQueue.priorities {
            var next = queue.turns[priority].firstSlot
            while let place = next {
                if let slot = shares[place / ServiceQueue.priorities].lists[priority].firstSlot { body(slot) }
                next = turnLinks.slot(after: place)
            }
        }
    }
}

/// Where a request waits.
struct QueuePlace {
    let slot: Int
    let client: Int
    let service: Int
    let priority: Int
}

extension QueueShares {
    /// Lets a request wait behind its client's others; returns its client's share.
    mutating func append(_ place: QueuePlace, to queue: inout ServiceQueue, links: inout SlotLinks) -> Int {
        let share = share(of: place)
        let isNew = shares[share].lists[place.priority].isEmpty
        links.append(place.slot, to: &shares[share].lists[place.priority])
        if isNew { turnLinks.append(turn(share, place.priority), to: &queue.turns[place.priority]) }
        noteAdded(share, place.priority, in: &queue)
        return share
    }

    /// Lets a request wait before all others of its priority: it has waited already. Returns its client's share.
    mutating func prepend(_ place: QueuePlace, to queue: inout ServiceQueue, links: inout SlotLinks) -> Int {
        let share = share(of: place)
        let turn = turn(share, place.priority)
        if !shares[share].lists[place.priority].isEmpty { turnLinks.remove(turn, from: &queue.turns[place.priority]) }
        links.prepend(place.slot, to: &shares[share].lists[place.priority])
        turnLinks.prepend(turn, to: &queue.turns[place.priority])
        noteAdded(share, place.priority, in: &queue)
        return share
    }

    /// Removes a request from its client's share; with `takesTurn`, others have theirs before this client's next one.
    mutating func remove(
        _ place: QueuePlace,
        share: Int,
        takesTurn: Bool,
        from queue: inout ServiceQueue,
        links: inout SlotLinks
    ) {
        let (priority, turn) = (place.priority, turn(share, place.priority))
        links.remove(place.slot, from: &shares[share].lists[priority])
        let isLast = shares[share].lists[priority].isEmpty
        if isLast || takesTurn { turnLinks.remove(turn, from: &queue.turns[priority]) }
        if isLast { shares[share].occupied &= ~(1 << UInt16(priority)) }
        if takesTurn, !isLast { turnLinks.append(turn, to: &queue.turns[priority]) }
        if queue.turns[priority].isEmpty { queue.occupied &= ~(1 << UInt16(priority)) }
        queue.count -= 1
        count(share, by: -1, in: &queue)
        if shares[share].count == 0 { close(share, service: place.service) }
        queue.forgetNumbers()
    }

    private func turn(_ share: Int, _ priority: Int) -> Int { share * ServiceQueue.priorities + priority }

    private mutating func noteAdded(_ share: Int, _ priority: Int, in queue: inout ServiceQueue) {
        shares[share].occupied |= 1 << UInt16(priority)
        queue.occupied |= 1 << UInt16(priority)
        queue.count += 1
        count(share, by: 1, in: &queue)
    }

    /// Moves a share among those of another number; the largest number changes by one at most.
    private mutating func count(_ share: Int, by change: Int, in queue: inout ServiceQueue) {
        let before = shares[share].count
        let after = before + change
        shares[share].count = after
        if before > 0 { countLinks.remove(share, from: &queue.sharesByCount[before]) }
        while queue.sharesByCount.count <= after { queue.sharesByCount.append(SlotList()) }
        if after > 0 { countLinks.append(share, to: &queue.sharesByCount[after]) }
        if after > queue.largestShare || (before == queue.largestShare && queue.sharesByCount[before].isEmpty) {
            queue.largestShare = after
        }
    }

    private mutating func share(of place: QueuePlace) -> Int {
        if let share = index.row(of: UInt64(place.service), peer: place.client) { return share }
        let share = free.popLast() ?? addShare()
        shares[share].client = place.client
        index.insert(UInt64(place.service), peer: place.client, row: share)
        return share
    }

    private mutating func addShare() -> Int {
        shares.append(Share())
        countLinks.addSlot()
        for _ in 0..<ServiceQueue.priorities { turnLinks.addSlot() }
        return shares.count - 1
    }

    private mutating func close(_ share: Int, service: Int) {
        index.remove(UInt64(service), peer: shares[share].client, row: share)
        shares[share].client = RequestSlot.nobody
        free.append(share)
    }
}
