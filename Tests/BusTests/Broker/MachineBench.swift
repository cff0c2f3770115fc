import Testing

@testable import Bus

/// A broker's machine on a bench: named peers send envelopes, time is set by hand, and what it asks for is collected.
struct MachineBench {
    typealias Moment = Bus.Moment

    var machine: BrokerMachine
    var now = Moment.start
    /// The frame as the machine left it.
    private(set) var frame: [UInt8] = []

    init(_ limits: BrokerMachine.Limits = .init()) {
        machine = BrokerMachine(limits, instance: "bench")
    }

    mutating func peer(_ name: String) -> Int {
        Array(name.utf8).withUnsafeBytes { machine.peer($0, heardAt: now) }
    }

    /// Sends an envelope from the peer of this name.
    @discardableResult
    mutating func send(_ envelope: Envelope, from name: String) throws -> BrokerDecision {
        try sendRaw(envelope.encodedBytes(), from: name)
    }

    @discardableResult
    mutating func sendRaw(_ bytes: [UInt8], from name: String) -> BrokerDecision {
        let peer = peer(name)
        frame = bytes
        return frame.withUnsafeMutableBytes { machine.receive($0, from: peer, at: now) }
    }

    /// Lets time pass and the machine notice.
    mutating func advance(by duration: Duration) {
        now = now + duration
        machine.advance(to: now)
    }

    /// The frame as the machine left it, read.
    var patched: Envelope? { try? Envelope(decoding: frame) }

    /// What a peer is told, by kind; other actions are dropped.
    mutating func told(_ name: String) -> [Envelope] {
        let peer = peer(name)
        return machine.takeActions().compactMap {
            if case .tell(peer, let envelope) = $0 { envelope } else { nil }
        }
    }

    /// All events that are to be published; other actions are dropped.
    mutating func published() -> [WorkerEvent] {
        machine.takeActions().compactMap { if case .publish(let event) = $0 { event } else { nil } }
    }

    // MARK: - The usual

    /// A worker that serves, with its announcement taken care of.
    mutating func addWorker(_ name: String, service: String = "echo", credits: UInt16 = 1) throws {
        try send(Envelope(.ready, service: service, credits: credits), from: name)
        _ = machine.takeActions()
    }

    @discardableResult
    mutating func request(
        _ correlation: UInt64 = 1,
        from client: String = "client",
        service: String = "echo",
        flags: Envelope.Flags = [],
        timeLeft: UInt32 = 0,
        priority: UInt8 = 4,
        credits: UInt16 = 0
    ) throws -> BrokerDecision {
        let request = Envelope(
            .request,
            flags: flags,
            service: service,
            operation: "execute",
            correlation: correlation,
            timeLeft: timeLeft,
            priority: priority,
            credits: credits
        )
        return try send(request, from: client)
    }

    /// A worker's reply to what it was given under this correlation.
    @discardableResult
    mutating func reply(_ correlation: UInt64, from worker: String) throws -> BrokerDecision {
        try send(Envelope(.reply, status: .ok, correlation: correlation), from: worker)
    }

    /// The correlation under which the last request was forwarded.
    var forwarded: UInt64 { patched?.correlation ?? 0 }

    mutating func nextDispatch() -> BrokerDispatch? { machine.nextDispatch(at: now) }

    /// The next request that goes out of the queue; there must be one.
    mutating func dispatched() throws -> BrokerDispatch {
        let dispatch = nextDispatch()
        return try #require(dispatch)
    }

    /// The first message that a peer is told; there must be one.
    mutating func answer(to name: String) throws -> Envelope {
        let told = told(name)
        return try #require(told.first)
    }
}
