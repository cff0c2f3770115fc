import Synchronization
import ZeroMQ

/// The XPUB for subscribers whose rights have to be looked at: a subscription that they may not make has no effect.
///
/// libzmq does not tell whose subscriptions a socket has. So when somebody loses the right to read, the socket is made
/// anew: all its subscribers connect again, ask for what they want, and get what they may. It belongs to one thread.
final class GuardedSubscribers {
    /// How many messages are taken before the rest of the loop has its turn.
    private static let batchLimit = 256

    private var socket: Socket
    private var endpoints: [Endpoint] = []
    /// How many subscriptions there are to topics that begin those of the statistics.
    private var watchers = 0
    /// How many more were refused: the end of such a one ends no other's.
    private var refusedWatchers = 0
    private var rules: AccessRules
    private var access: AccessTable
    private let gate: AccessGate
    private let broker: Mailbox<BrokerCommand>
    private let configuration: Broker.Configuration
    private let context: Context

    init(_ configuration: Broker.Configuration, in context: Context, gate: AccessGate, broker: Mailbox<BrokerCommand>)
        throws(ZMQError)
    {
        socket = try Self.makeSocket(configuration, in: context)
        rules = configuration.security?.access.rules ?? .none
        access = AccessTable(rules)
        self.gate = gate
        self.broker = broker
        self.configuration = configuration
        self.context = context
    }

    private static func makeSocket(
        _ configuration: Broker.Configuration,
        in context: Context
    ) throws(ZMQError) -> Socket {
        let socket = try EventProxy.makeSubscribersSocket(configuration, in: context)
        try socket.set(.xpubManual, to: true)
        return socket
    }

    func bind(_ endpoints: [Endpoint]) throws(ZMQError) -> [Endpoint] {
        self.endpoints = try socket.bind(endpoints, for: configuration)
        return self.endpoints
    }

    func watch(with poller: inout Poller) { poller.add(socket) }

    func isReadable() throws(ZMQError) -> Bool { try socket.pendingEvents().contains(.readable) }

    func send(_ frame: inout Message, more: Bool) throws(ZMQError) { _ = try socket.send(&frame, more: more) }

    /// Lets what was sent leave for a while after the end.
    func linger(_ duration: Duration) throws(ZMQError) { try socket.set(.linger, to: duration) }

    func send(_ frames: [[UInt8]]) throws(ZMQError) { try EventProxy.send(frames, to: socket) }

    /// Puts other rules in force; true when the socket is another one now.
    func replaceRules(with new: AccessRules) throws(ZMQError) -> Bool {
        let mustCut = rules.takesReading(to: new)
        rules = new
        access.replace(with: new)
        if mustCut { try beginAnew() }
        return mustCut
    }

    /// Cuts all connections and accepts new ones at the same endpoints.
    private func beginAnew() throws(ZMQError) {
        let monitor = try SocketMonitor(of: socket)
        socket = try Self.makeSocket(configuration, in: context)
        // The endpoints are free when the old socket's monitor has nothing more to tell.
        while let event = try monitor.next(within: .seconds(1)), event.kind != .monitorStopped {}
        endpoints = try socket.bind(endpoints, for: configuration)
        watchers = 0
        refusedWatchers = 0
    }

    /// Whether anybody wants the broker's statistics.
    var isWatched: Bool { watchers > 0 }

    /// Takes subscriptions until there is none, or a batch is full; false for the latter.
    func takeSubscriptions() throws(ZMQError) -> Bool {
        var frame = Message()
        for _ in 0..<Self.batchLimit {
            guard try socket.receive(into: &frame) else { return true }
            try decide(on: frame)
        }
        return false
    }

    private func decide(on frame: borrowing Message) throws(ZMQError) {
        let bytes = frame.bytes()
        let prefix = Array(bytes.dropFirst())
        // Whoever takes everything has not asked for the statistics.
        let isOfStatistics = !prefix.isEmpty && StatisticsWatch.topic.utf8.starts(with: prefix)
        let number = number(of: frame)
        let mayRead = access[number].mayRead(Self.matter(of: prefix))
        if bytes.first == 0 {
            if isOfStatistics { noteEnd(wasRefused: number == AccessTable.own ? refusedWatchers > 0 : !mayRead) }
            return try socket.endSubscription(to: prefix)
        }
        guard bytes.first == 1 else { return }
        guard mayRead else {
            if isOfStatistics { refusedWatchers += 1 }
            return refuse(prefix, to: access[number])
        }
        if isOfStatistics { watchers += 1 }
        try socket.acceptSubscription(to: prefix)
        switch bytes.withUnsafeBytes({ SubscriptionQuestion(subscription: $0) }) {
        case .sync(let topic): try send([topic, Event.sequenceFrame(0), []])
        case .workers(let topic): broker.post(.tellWorkers(topic: topic))
        case nil: break
        }
    }

    /// Whose message this is. Nobody is known of what ends with its connection: it counts as the broker's own.
    private func number(of frame: borrowing Message) -> Int {
        if let number = access.number(of: frame, guess: AccessTable.own) { return number }
        // The rules that let it in may not have arrived here yet.
        access.replace(with: gate.rules)
        return access.number(of: frame, guess: AccessTable.own) ?? AccessTable.stranger
    }

    private func noteEnd(wasRefused: Bool) {
        if wasRefused {
            refusedWatchers = max(refusedWatchers - 1, 0)
        } else {
            watchers = max(watchers - 1, 0)
        }
    }

    /// What somebody learns from a subscription: a question about the workers is answered with what their events say.
    private static func matter(of prefix: [UInt8]) -> [UInt8] {
        prefix.starts(with: Array("~workers.".utf8)) ? Array(WorkerEvent.topic.utf8) : prefix
    }

    private func refuse(_ prefix: [UInt8], to identity: AccessIdentity) {
        gate.subscriptions.add(1, ordering: .relaxed)
        gate.refuse("to read \(String(decoding: prefix, as: UTF8.self))", to: identity.name)
    }
}
