import Support
import Testing

@testable import Bus

/// Whatever happens in whatever order: every request ends once, no worker has more than its credits, nothing is left.
@Suite(.timeLimit(.minutes(5))) struct BrokerInvariantTests {
    @Test(arguments: [11, 12, 13, 14] as [UInt64])
    func everyRequestEndsOnceWhateverHappens(_ seed: UInt64) throws {
        var play = RandomPlay(seed: seed)
        for _ in 0..<4000 { try play.step() }
        try play.finish()
    }
}

/// Clients and workers that do anything at any time, and a ledger of who must have got what.
private struct RandomPlay {
    var bench = MachineBench(.init(queueLimit: 20, requestLimit: 60, heldBytesLimit: 3000, attemptLimit: 3))
    var random: SeededGenerator
    /// Correlations that clients wait for.
    var open: Set<UInt64> = []
    var lastCorrelation: UInt64 = 0
    /// What workers have, as far as they know.
    var inHand: [String: Set<UInt64>] = [:]
    var names: [Int: String] = [:]

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    mutating func step() throws {
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<45: try request()
        case 45..<80: try reply()
        case 80..<84: try addWorker()
        case 84..<86: removeWorker()
        case 86..<87: try credit()
        case 87..<88: try grant()
        case 88..<90: try part()
        case 90..<92: try cancel()
        case 92..<94: try goodbye()
        case 94..<96: try forge()
        default: bench.advance(by: .milliseconds(Int.random(in: 1...400, using: &random)))
        }
        collect()
        checkCredits()
    }

    private mutating func request() throws {
        lastCorrelation += 1
        open.insert(lastCorrelation)
        let decision = try bench.request(
            lastCorrelation,
            from: client(of: lastCorrelation),
            service: Bool.random(using: &random) ? "a" : "b",
            flags: Bool.random(using: &random) ? .repeatable : [],
            timeLeft: UInt32.random(in: 0...3000, using: &random),
            priority: UInt8.random(in: 0...9, using: &random),
            credits: UInt16.random(in: 0...9, using: &random)
        )
        if case .forward(let peer, _, _) = decision { give(bench.forwarded, to: peer) }
    }

    /// One of them asks more than the others.
    private func client(of correlation: UInt64) -> String { "client \(correlation % 7 % 4)" }

    private func isClient(_ peer: Int) -> Bool {
        (0..<4).contains { number in
            Array("client \(number)".utf8).withUnsafeBytes { bench.machine.routes.row(of: $0) } == peer
        }
    }

    private mutating func grant() throws {
        guard let correlation = open.sorted().randomElement(using: &random) else { return }
        try bench.send(Envelope(.credit, correlation: correlation, credits: 3), from: client(of: correlation))
    }

    /// A part, which may find its client's connection full.
    private mutating func part() throws {
        guard let name = inHand.keys.sorted().randomElement(using: &random),
            let correlation = inHand[name]?.sorted().randomElement(using: &random)
        else { return }
        let decision = try bench.send(Envelope(.partial, correlation: correlation), from: name)
        if case .deliverPart(_, let slot) = decision, Bool.random(using: &random) {
            bench.machine.couldNotStream(slot, 72)
        }
    }

    private mutating func give(_ correlation: UInt64, to peer: Int) {
        guard let name = names[peer] else { return }
        inHand[name, default: []].insert(correlation)
    }

    private mutating func reply() throws {
        guard let name = inHand.keys.sorted().randomElement(using: &random),
            let correlation = inHand[name]?.sorted().randomElement(using: &random)
        else { return }
        inHand[name]?.remove(correlation)
        if case .deliver = try bench.reply(correlation, from: name) { end(bench.patched?.correlation ?? 0) }
    }

    /// A client gets its answer: it must have waited for it, and gets no other.
    private mutating func end(_ correlation: UInt64) {
        #expect(open.remove(correlation) != nil, "request \(correlation) was answered twice; seed \(random.seed)")
    }

    private mutating func addWorker() throws {
        let name = "w\(Int.random(in: 0..<6, using: &random))"
        names[bench.peer(name)] = name
        inHand[name] = []
        let service = (name.last?.wholeNumberValue ?? 0) % 2 == 0 ? "a" : "b"
        try bench.send(Envelope(.ready, service: service, credits: .random(in: 0...8, using: &random)), from: name)
    }

    private mutating func removeWorker() {
        guard let name = inHand.keys.sorted().randomElement(using: &random) else { return }
        bench.machine.remove(peer: bench.peer(name), because: "disconnected")
        inHand[name] = nil
    }

    private mutating func credit() throws {
        guard let name = inHand.keys.sorted().randomElement(using: &random) else { return }
        try bench.send(Envelope(.credit, credits: .random(in: 0...8, using: &random)), from: name)
    }

    private mutating func cancel() throws {
        guard let correlation = open.sorted().randomElement(using: &random) else { return }
        try bench.send(Envelope(.cancel, correlation: correlation), from: client(of: correlation))
        open.remove(correlation)
    }

    private mutating func goodbye() throws {
        guard let name = inHand.keys.sorted().randomElement(using: &random) else { return }
        try bench.send(Envelope(.goodbye, service: "a"), from: name)
    }

    private mutating func forge() throws {
        let correlation = UInt64.random(in: 0...40, using: &random) << 32 | UInt64.random(in: 0...70, using: &random)
        guard try bench.reply(correlation, from: "client") == .done else {
            Issue.record("a forged reply was accepted")
            return
        }
    }

    /// Does what the machine asks for, as the loop would.
    private mutating func collect() {
        while true {
            let actions = bench.machine.takeActions()
            for case .tell(let peer, let envelope) in actions where envelope.kind == .reply && isClient(peer) {
                if envelope.correlation != 0, envelope.status != .badRequest { end(envelope.correlation) }
            }
            while let dispatch = bench.nextDispatch() { give(dispatch.correlation, to: dispatch.peer) }
            if actions.isEmpty, bench.machine.actions.isEmpty { return }
        }
    }

    private func checkCredits() {
        for worker in bench.machine.workers.indices {
            let row = bench.machine.workers[worker]
            #expect(row.outstanding >= 0 && row.outstanding <= max(row.credits, 8))
        }
        #expect(bench.machine.heldBytes >= 0 && bench.machine.heldBytes <= 3000)
    }

    mutating func finish() throws {
        for number in 0..<6 { bench.machine.remove(peer: bench.peer("w\(number)"), because: "the end") }
        collect()
        #expect(open.isEmpty, "never answered: \(open.sorted()); seed \(random.seed)")
        #expect(bench.machine.isIdle && bench.machine.heldBytes == 0 && bench.machine.waiting == 0)
        #expect(bench.machine.services.count == 1 && bench.machine.workers.count == 0)
    }
}
