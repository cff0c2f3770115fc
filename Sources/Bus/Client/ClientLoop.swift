import DequeModule
import Logging
import Synchronization
import ZeroMQ

/// The thread of a client: owns its links and every request from the moment it is taken from the mailbox.
///
/// New requests go over the current link, once its broker has answered; those of brokers that leave are kept beside it
/// until what is on them is answered. A pass runs the tasks that prefer this thread, sends all that is queued, receives
/// until there is nothing, then sleeps. A request is on one link at most, and nobody is told of its end twice, whatever
/// becomes of the links.
struct ClientLoop: ~Copyable {
    let configuration: BusClient.Configuration
    let context: Context
    let logger: Logger
    let mailbox: Mailbox<ClientCommand>
    let counters: ClientCounters
    let connected: OneTimeSignal
    let executor: ClientExecutor
    private let waker: Waker

    var rotation: BrokerRotation
    /// The link for new requests, whether or not its broker has answered; nil while there is a pause before the next.
    var current: ClientLink?
    /// Links of brokers that end when they have answered what they have.
    var leaving: [ClientLink] = []
    var lastLinkNumber = 0
    /// Which broker answered last.
    var lastBroker: Int?
    /// Whether there are other links than those that are watched.
    var areLinksNew = true
    private var poller = Poller()

    var requests = RequestTable()
    /// Names the requests whose callers have not, without a lock and with one look at the clock for many.
    var ids = UUIDv7.Generator()
    var idTime = Timestamp(millisecondsSinceEpoch: 0)
    /// Correlations of what waits for a link, in order; those that are over meanwhile are skipped.
    var backlog = Deque<UInt64>()
    var commands: [ClientCommand] = []
    /// Whose readers found nothing before this pass.
    var readersToWake: [PartsBuffer] = []
    /// What is to be given up because of what came.
    var faults: [(request: PendingRequest, error: BusError)] = []
    var mustEnd = false

    init(
        _ configuration: BusClient.Configuration,
        context: Context,
        logger: Logger,
        mailbox: Mailbox<ClientCommand>,
        counters: ClientCounters,
        connected: OneTimeSignal,
        executor: ClientExecutor
    ) throws(ZMQError) {
        self.configuration = configuration
        self.context = context
        self.logger = logger
        self.mailbox = mailbox
        self.counters = counters
        self.connected = connected
        self.executor = executor
        rotation = BrokerRotation(count: configuration.endpoints.count)
        waker = try Waker()
        mailbox.attach(waker)
    }

    /// Serves until told to end. Nobody is left waiting when this returns or throws.
    mutating func run() throws(ZMQError) {
        executor.begin()
        defer { failAll(with: BusError(.closed, "this client has ended")) }
        do throws(ZMQError) {
            while try pass() {}
            try sayGoodbye()
        } catch {
            guard error.code == .terminated else { throw error }
            logger.debug("client ended with its context")
        }
    }

    /// False when the client is to end.
    private mutating func pass() throws(ZMQError) -> Bool {
        let now = Moment.now
        if current == nil { try openLink(at: now) }
        try takeCommands(at: now)
        if executor.hasJobs {
            executor.run()
            try takeCommands(at: now)
        }
        if mustEnd { return false }
        try sendBacklog(at: now)
        let isDrained = try receiveBatches(at: now)
        try endFaultyReplies(at: now)
        try expireRequests(at: now)
        try keepLinksAlive(at: now)
        let hasChanged = try parkOrCloseLinks(at: now)
        guard isDrained, !hasChanged, !executor.hasJobs else { return true }
        guard try !hasWork(), try !dropLostLinks(at: now) else { return true }
        try sleep()
        return true
    }

    private func hasWork() throws(ZMQError) -> Bool {
        for link in leaving where try link.hasWork(toSend: false) { return true }
        guard let current else { return false }
        return try current.hasWork(toSend: current.takesRequests && !backlog.isEmpty)
    }

    private mutating func sleep() throws(ZMQError) {
        guard mailbox.prepareToSleep() else { return }
        if areLinksNew { watchLinks() }
        let (end, now) = (nextTurn, Moment.now)
        try poller.wait(atMost: end == .never ? nil : end - now)
        waker.reset()
    }

    private mutating func watchLinks() {
        poller = Poller()
        poller.add(waker)
        current?.watch(with: &poller)
        for link in leaving { link.watch(with: &poller) }
        areLinksNew = false
    }

    private var nextTurn: Moment {
        var next = min(requests.earliestDeadline ?? .never, current?.nextChange ?? rotation.nextAttempt)
        for link in leaving { next = min(next, link.nextChange) }
        return next
    }

    private mutating func failAll(with error: BusError) {
        for request in requests.all {
            _ = requests.remove(request.key)
            request.finish(.failure(error))
        }
        for case .send(let request) in commands + mailbox.close() { request.finish(.failure(error)) }
        executor.leave()
        counters.broker.store(ClientCounters.nowhere, ordering: .relaxed)
    }
}
