/// What libFuzzer calls with one play after the other: four peers say and do anything to a broker's machine, which must
/// keep its invariants and have nothing left when all have gone. `scripts/fuzz.sh` builds and runs it.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzMachine(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var play = Play(UnsafeBufferPointer(start: start, count: count))
    while play.step() { play.check() }
    play.finish()
    return 0
}

/// In whose name the machine's configuration is; the broker itself is not built here.
public enum Broker {}

private struct Play {
    private static let limits = BrokerMachine.Limits(
        queueLimit: 6,
        requestLimit: 20,
        maxBody: 64,
        heldBytesLimit: 2000,
        attemptLimit: 2
    )

    private var rest: ArraySlice<UInt8>
    private var machine = BrokerMachine(limits, instance: "fuzz")
    private var now = Moment.start
    /// Correlations that were given to workers.
    private var given: [UInt64] = [0]

    init(_ bytes: UnsafeBufferPointer<UInt8>) { rest = ArraySlice(Array(bytes)) }

    /// Four bytes are one step: what, by whom, and two numbers. False at the end.
    mutating func step() -> Bool {
        guard rest.count >= 4 else { return false }
        let step = Array(rest.prefix(4))
        rest.removeFirst(4)
        let peer = peer(step[1])
        switch step[0] % 16 {
        case 0...8: sendEnvelope(step, from: peer)
        case 9: sendBytes(Int(step[2]), from: peer)
        case 10: machine.remove(peer: peer, because: "disconnected")
        case 11: machine.probe()
        case 12 where step[2] == 0: machine.stop()
        default: advance(by: Int(step[2]) * Int(step[3] & 15))
        }
        settle()
        return true
    }

    private mutating func peer(_ number: UInt8) -> Int {
        [1, number & 3].withUnsafeBytes { machine.peer($0, heardAt: now) }
    }

    private mutating func sendEnvelope(_ step: [UInt8], from peer: Int) {
        guard let kind = Envelope.Kind(rawValue: step[0] % 8 + 1) else { return }
        let fromWorker = kind == .reply || kind == .partial
        let envelope = Envelope(
            kind,
            flags: Envelope.Flags(rawValue: step[1] >> 5),
            service: kind == .credit || kind == .cancel || step[1] & 4 == 0 ? "a" : "b",
            correlation: fromWorker ? given[Int(step[2]) % given.count] : UInt64(step[2] & 31),
            timeLeft: UInt32(step[3]) * 4,
            priority: step[3] % 10,
            credits: UInt16(step[3] & 7),
            body: kind == .ready ? [] : Array(repeating: 1, count: Int(step[3] & 127))
        )
        guard let frame = try? envelope.encodedBytes() else { fatalError("it cannot be written") }
        receive(frame, from: peer)
    }

    private mutating func sendBytes(_ count: Int, from peer: Int) {
        receive(Array(rest.prefix(count)), from: peer)
        rest.removeFirst(min(count, rest.count))
    }

    private mutating func receive(_ frame: [UInt8], from peer: Int) {
        var frame = frame
        let decision = frame.withUnsafeMutableBytes { machine.receive($0, from: peer, at: now) }
        let isLost = rest.first.map { $0 & 7 == 7 } ?? false
        switch decision {
        case .forward(_, let slot, _):
            if isLost { machine.couldNotSend(slot) } else { given.append(machine.requests.correlation(of: slot)) }
        case .deliver(let client, _) where isLost: machine.couldNotDeliver(72, correlation: 1, to: client)
        case .deliverPart(_, let slot) where isLost, .grant(_, let slot) where isLost: machine.couldNotStream(slot, 72)
        default: break
        }
    }

    private mutating func advance(by milliseconds: Int) {
        now = now + .milliseconds(milliseconds)
        machine.advance(to: now)
    }

    /// Does what the machine asks for, as the loop would.
    private mutating func settle() {
        while !machine.actions.isEmpty || !machine.listed.isEmpty {
            for case .tell(let peer, let envelope) in machine.takeActions() where machine.peers[peer].isLive {
                guard (try? envelope.encode()) != nil else { fatalError("the broker says what cannot be written") }
            }
            while let dispatch = machine.nextDispatch(at: now) { given.append(dispatch.correlation) }
        }
    }

    func check() {
        var (waiting, held, used) = (0, 0, 0)
        for slot in 0..<machine.requests.capacity where machine.requests[slot].state != .free {
            used += 1
            held += machine.requests[slot].heldBytes
            if machine.requests[slot].state == .queued { waiting += 1 }
        }
        precondition(used == machine.requests.count && used <= Self.limits.requestLimit)
        precondition(waiting == machine.waiting && held == machine.heldBytes && held <= Self.limits.heldBytesLimit)
        for worker in machine.workers.indices { precondition(machine.workers[worker].outstanding <= 20) }
        for service in machine.services.indices {
            let queue = machine.services[service].queue
            precondition(queue.count <= Self.limits.queueLimit + 20 && queue.largestShare <= queue.count)
        }
        for peer in machine.peers.indices { precondition(machine.peers[peer].heldBytes >= 0) }
    }

    mutating func finish() {
        for number: UInt8 in 0..<4 { machine.remove(peer: peer(number), because: "the end") }
        settle()
        precondition(machine.isIdle && machine.waiting == 0 && machine.heldBytes == 0 && machine.deadlines.count == 0)
        precondition(machine.peers.count == 0 && machine.workers.count == 0 && machine.services.count == 1)
    }
}
