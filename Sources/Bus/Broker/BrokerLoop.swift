import Logging
import ZeroMQ

/// The thread of a broker: receives, lets the machine decide, sends.
///
/// A pass takes what has arrived, up to a bound, so that timers and commands get their turn under any load; it sleeps
/// only when the socket has nothing more. It waits for no peer: what a peer cannot take is dropped and counted.
struct BrokerLoop: ~Copyable {
    /// How many messages are taken before the rest of the loop has its turn.
    private static let batchLimit = 256
    /// A connection that is lost is known to the socket a little later than to its monitor.
    private static let probeDelays: [Duration] = [.zero, .milliseconds(20), .milliseconds(200)]

    /// How long a goodbye may take to reach everybody.
    private static let farewellTime = Duration.milliseconds(200)

    let configuration: Broker.Configuration
    let logger: Logger
    let router: BrokerSocket
    let waker: Waker
    let mailbox: Mailbox<BrokerCommand>
    let events: Mailbox<EventProxyCommand>
    let gate: AccessGate?

    var machine: BrokerMachine
    var messages = MessageSlab()
    var meter: SendMeter
    var sequence: UInt64 = 0
    var statisticsSequence: UInt64 = 0
    let startedAt = Moment.now
    var now = Moment.start
    /// Whether the socket had nothing more and nothing was sent since: its descriptor will tell of whatever comes.
    var isSettled = false
    private var poller = Poller()
    private var probes: [Moment] = []
    private var commands: [BrokerCommand] = []
    /// When a shutdown ends, whatever is still under way.
    private var end = Moment.never
    /// Until when a shutdown listens to peers that may not have read the goodbye: what they still send is refused, not lost.
    private var farewell = Moment.start
    /// When the statistics are to be published next.
    private var nextStatistics = Moment.never

    init(
        _ configuration: Broker.Configuration,
        context: Context,
        logger: Logger,
        mailbox: Mailbox<BrokerCommand>,
        events: Mailbox<EventProxyCommand>,
        gate: AccessGate?
    ) throws(ZMQError) {
        let waker = try Waker()
        let router = try BrokerSocket(configuration, in: context)
        self.configuration = configuration
        self.logger = logger
        self.mailbox = mailbox
        self.events = events
        self.gate = gate
        machine = BrokerMachine(
            configuration.limits,
            instance: configuration.instance,
            seed: .random(in: 0...UInt64.max),
            firstGeneration: .random(in: 1...UInt32.max)
        )
        meter = SendMeter(.init(peer: configuration.peerBytesLimit, all: configuration.allPeersBytesLimit))
        machine.access = configuration.security.map { AccessTable($0.access.rules) }
        router.watch(with: &poller)
        poller.add(waker)
        mailbox.attach(waker)
        self.waker = waker
        self.router = router
    }

    /// Accepts peers at every endpoint of the configuration; returns where that really is.
    func bind() throws(ZMQError) -> [Endpoint] {
        try router.socket.bind(configuration.endpoints, for: configuration)
    }

    /// Serves until told to end; returns early when the context is shut down.
    consuming func run() throws(ZMQError) {
        do throws(ZMQError) {
            while try pass() {}
        } catch  where error.code == .terminated {
            return logger.debug("broker ended with its context")
        }
        try router.close(linger: .seconds(1))
    }

    /// False when the broker is to end.
    private mutating func pass() throws(ZMQError) -> Bool {
        now = .now
        try takeCommands()
        let isDrained = try receiveBatch()
        try watchTime()
        if now >= end || mayEnd { return false }
        guard isDrained else { return true }
        if !isSettled, try router.socket.pendingEvents().contains(.readable) { return true }
        try sleep()
        return true
    }

    private var mayEnd: Bool {
        machine.isStopping && machine.isIdle && (now >= farewell || machine.peers.count == 0)
    }

    private mutating func sleep() throws(ZMQError) {
        guard mailbox.prepareToSleep() else { return }
        let end = min(end, now < farewell ? farewell : .never)
        let wake = min(min(machine.nextWake, nextStatistics), min(end, probes.last ?? .never))
        try poller.wait(atMost: wake == .never ? nil : wake - now)
        waker.reset()
        if try router.lostConnection() { planProbes() }
    }

    mutating func takeCommands() throws(ZMQError) {
        mailbox.take(into: &commands)
        var questions: [String] = []
        for command in commands {
            switch command {
            case .drain: try drain()
            case .watchStatistics(let isWatched): nextStatistics = isWatched ? now : .never
            case .tellWorkers(let topic): if questions.count < Self.batchLimit { questions.append(topic) }
            case .access(let rules):
                machine.replaceAccess(with: rules)
                try performActions()
            case .end: end = now
            }
        }
        commands.removeAll(keepingCapacity: true)
        if !questions.isEmpty { tellWorkers(topics: questions) }
    }

    private mutating func drain() throws(ZMQError) {
        guard !machine.isStopping else { return }
        end = min(end, now + configuration.drainTimeout)
        farewell = now + Self.farewellTime
        machine.stop()
        try performActions()
    }
}

// MARK: - Time

extension BrokerLoop {
    private mutating func watchTime() throws(ZMQError) {
        if now >= machine.nextWake {
            machine.advance(to: now)
            try performActions()
        }
        if now >= nextStatistics {
            publishStatistics()
            nextStatistics = now + configuration.statisticsInterval
        }
        guard let probe = probes.last, now >= probe else { return }
        probes.removeLast()
        machine.probe()
        try performActions()
    }

    /// Latest first. One plan serves all connections that are lost meanwhile, as its last probe comes after them all.
    private mutating func planProbes() {
        let now = Moment.now
        probes = Self.probeDelays.reversed().map { now + $0 }
    }
}

// MARK: - Messages

extension BrokerLoop {
    /// Receives until there is nothing, or a batch is full; false for the latter.
    private mutating func receiveBatch() throws(ZMQError) -> Bool {
        var address = Message()
        var frame = Message()
        for _ in 0..<Self.batchLimit {
            guard try router.socket.receive(into: &address) else {
                isSettled = true
                return true
            }
            var peer = Self.peer(address, in: &machine, at: now)
            guard address.hasMore, try router.socket.receive(into: &frame) else { continue }
            if machine.access != nil { peer = try identify(peer, by: frame, from: address) }
            if frame.hasMore {
                try receiveMultipart(&frame, from: peer)
            } else {
                if machine.access != nil, try !stamp(&frame, from: peer) { continue }
                try handle(&frame, from: peer)
            }
        }
        return false
    }

    @inline(__always)
    private static func peer(_ address: borrowing Message, in machine: inout BrokerMachine, at now: Moment) -> Int {
        address.withUnsafeBytes { machine.peer($0, heardAt: now) }
    }

    @inline(__always)
    private static func decision(
        on frame: inout Message,
        from peer: Int,
        by machine: inout BrokerMachine,
        at now: Moment
    ) -> BrokerDecision {
        frame.withUnsafeMutableBytes { machine.receive($0, from: peer, at: now) }
    }

    @inline(__always)
    mutating func handle(_ frame: inout Message, from peer: Int) throws(ZMQError) {
        switch Self.decision(on: &frame, from: peer, by: &machine, at: now) {
        case .forward(let worker, let slot, let keep): try forward(&frame, to: worker, slot: slot, keep: keep)
        case .deliver(let client, let slot):
            messages.discard(slot)
            try deliver(&frame, to: client)
        case .deliverPart(let client, let slot):
            messages.discard(slot)
            try stream(&frame, to: client, of: slot)
        case .grant(let worker, let slot): try stream(&frame, to: worker, of: slot)
        case .hold(let slot): hold(&frame, for: slot)
        case .answerYourself: try answer(&frame, for: peer)
        case .done: break
        }
        if !machine.listed.isEmpty { try dispatchWaiting() }
        if !machine.actions.isEmpty { try performActions() }
    }
}
