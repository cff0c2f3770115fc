import JSON

/// Everything a broker knows and decides: who is there, who has what, what waits. It has no socket and no clock.
///
/// Requests and replies are decided by ``receive(_:from:at:)`` alone, on flat tables, without allocating; the frame is
/// patched where it lies. All that is rare is left in ``takeActions()``. Invariants: a worker never has more requests
/// than its credits; a reply counts only from the worker that has the request; every slot that is not free is in the
/// list of exactly one queue or worker; and whatever is kept has a bound.
struct BrokerMachine: Sendable {
    let limits: Limits
    /// Begins the names of workers.
    let instance: String
    /// The row of the broker's own service, which has no workers.
    let ownRow: Int

    var peers = RowTable<PeerRow>()
    var routes: RoutingTable
    var services: ServiceTable
    var workers = RowTable<WorkerRow>()
    var requests: RequestSlots
    /// Lists of queues and of what workers have in hand: a request is in one of them.
    var workLinks = SlotLinks()
    /// Lists of what clients wait for.
    var clientLinks = SlotLinks()
    /// What clients with many requests wait for, by correlation.
    var requestIndex: PeerIndex
    /// Who has what in which queue.
    var queueShares: QueueShares
    /// Of what waits.
    var deadlines = DeadlineHeap()

    /// Who may do what; nil when everybody may do everything.
    var access: AccessTable?

    /// Services whose queue may move.
    var listed: [Int] = []
    /// What workers said of themselves, by row.
    var announcements: [Int: JSONValue] = [:]
    var majordomo = MajordomoPeers()
    var actions: [BrokerAction] = []
    var statistics = BrokerStatistics()

    var heldBytes = 0
    var waiting = 0
    var lastExpiry = Moment.start
    var nextBeat = Moment.never
    var lastWorkerNumber: UInt64 = 0
    var isStopping = false

    /// The parts of a broker's configuration that decisions depend on.
    struct Limits: Sendable {
        var heartbeat: Duration = .seconds(1)
        var missesUntilGone = 3
        var queueLimit = 10_000
        var requestLimit = 100_000
        var maxBody = 64 << 20
        var heldBytesLimit = 512 << 20
        var attemptLimit = 5
        var majordomo = Broker.MajordomoConfiguration()

        var silenceLimit: Duration { heartbeat * missesUntilGone }
    }

    /// The name of the broker's own service.
    static let ownService = "broker"
    /// The longest announcement in bytes.
    static let announcementLimit = 65_536

    /// - Parameters:
    ///   - instance: names this broker.
    ///   - seed: makes it hard to choose ids and names that collide in the tables.
    ///   - firstGeneration: random in a broker that runs, so that a reply to one that ran before finds nothing here.
    init(_ limits: Limits = Limits(), instance: String, seed: UInt64 = 0, firstGeneration: UInt32 = 1) {
        self.limits = limits
        self.instance = instance
        requests = RequestSlots(firstGeneration: firstGeneration)
        routes = RoutingTable(seed: seed)
        requestIndex = PeerIndex(seed: seed)
        queueShares = QueueShares(seed: seed)
        var services = ServiceTable(seed: seed)
        ownRow = Array(Self.ownService.utf8).withUnsafeBytes { services.insert($0) }
        self.services = services
    }

    /// Hands out what is to be done besides.
    mutating func takeActions() -> [BrokerAction] {
        guard !actions.isEmpty else { return [] }
        defer { actions.removeAll(keepingCapacity: true) }
        return actions
    }
}

extension BrokerMachine {
    /// Decides about one frame and patches it where it lies.
    mutating func receive(
        _ frame: UnsafeMutableRawBufferPointer,
        from peer: Int,
        at now: Moment
    ) -> BrokerDecision {
        do throws(EnvelopeError) {
            return accept(try EnvelopeView(UnsafeRawBufferPointer(frame)), in: frame, from: peer, at: now)
        } catch {
            malformed(error, correlation: EnvelopeView.correlation(in: UnsafeRawBufferPointer(frame)), from: peer)
            return .done
        }
    }

    /// Counts a frame that cannot be read and tells its sender why.
    mutating func malformed(_ error: EnvelopeError, correlation: UInt64?, from peer: Int) {
        statistics.malformed += 1
        answer(.malformed(error), correlation: correlation ?? 0, to: peer)
    }

    private mutating func accept(
        _ view: EnvelopeView,
        in frame: UnsafeMutableRawBufferPointer,
        from peer: Int,
        at now: Moment
    ) -> BrokerDecision {
        switch view.kind {
        case .request:
            if mayCall(view, from: peer) { return admit(view, in: frame, from: peer, at: now) }
            forbid(view, from: peer)
        case .reply: return settle(view, in: frame, from: peer)
        case .partial: return passPart(view, in: frame, from: peer)
        case .credit: return credit(view, in: frame, from: peer)
        case .ready: ready(view, from: peer, at: now)
        case .heartbeat: heartbeat(view, from: peer)
        case .cancel: cancel(view, from: peer)
        case .goodbye: goodbye(view, from: peer)
        }
        return .done
    }

    mutating func tell(_ peer: Int, _ envelope: Envelope) {
        actions.append(.tell(peer: peer, envelope))
    }

    mutating func answer(_ refusal: BrokerRefusal, correlation: UInt64, to peer: Int) {
        tell(peer, refusal.reply(to: correlation))
    }
}
