@testable import Bus

/// A broker's machine, Majordomo peers and others: what the loop would send is collected, by the peer's name.
struct MajordomoBench {
    var bench: MachineBench
    /// What Majordomo peers were sent and has not been looked at.
    private var messages: [String: [[[UInt8]]]] = [:]
    /// What others were sent and has not been looked at.
    private var envelopes: [String: [Envelope]] = [:]
    private var names: [Int: String] = [:]
    /// Frames of requests that wait.
    private var held: [Int: [UInt8]] = [:]

    static let client = Array("MDPC02".utf8)
    static let worker = Array("MDPW02".utf8)

    init(_ limits: BrokerMachine.Limits = .init()) { bench = MachineBench(limits) }

    /// Lets a Majordomo peer say something.
    mutating func say(_ frames: [[UInt8]], _ name: String) {
        _ = bench.machine.receiveMajordomo(frames, from: peer(name), at: bench.now)
        settle()
    }

    /// Lets any other peer say something.
    mutating func send(_ envelope: Envelope, _ name: String) throws {
        hear(try envelope.encodedBytes(), from: peer(name))
        settle()
    }

    mutating func advance(by duration: Duration) {
        bench.advance(by: duration)
        settle()
    }

    mutating func ready(_ name: String, _ service: String = "echo") {
        say([Self.worker, [1], Array(service.utf8)], name)
    }

    mutating func ask(_ name: String, _ body: [[UInt8]], service: String = "echo") {
        say([Self.client, [1], Array(service.utf8)] + body, name)
    }

    /// What a Majordomo peer was sent, without heartbeats.
    mutating func messages(to name: String) -> [[[UInt8]]] {
        (messages.removeValue(forKey: name) ?? []).filter { $0 != [Self.worker, [5]] }
    }

    /// How many heartbeats a Majordomo worker was sent.
    mutating func heartbeats(to name: String) -> Int {
        (messages.removeValue(forKey: name) ?? []).count { $0 == [Self.worker, [5]] }
    }

    /// What another peer was sent, without heartbeats.
    mutating func envelopes(to name: String) -> [Envelope] {
        (envelopes.removeValue(forKey: name) ?? []).filter { $0.kind != .heartbeat }
    }
}

/// The part of the loop.
extension MajordomoBench {
    private mutating func peer(_ name: String) -> Int {
        let peer = bench.peer(name)
        names[peer] = name
        return peer
    }

    private mutating func settle() {
        while !bench.machine.actions.isEmpty || !bench.machine.listed.isEmpty {
            for action in bench.machine.takeActions() { perform(action) }
            while let dispatch = bench.nextDispatch() {
                guard var frame = held[dispatch.slot] else { continue }
                frame.withUnsafeMutableBytes { dispatch.patch($0) }
                transmit(frame, to: dispatch.peer)
            }
        }
    }

    private mutating func perform(_ action: BrokerAction) {
        switch action {
        case .tell(let peer, let envelope): transmit((try? envelope.encodedBytes()) ?? [], to: peer)
        case .say(let peer, let frames): messages[names[peer] ?? "", default: []].append(frames)
        case .dismiss(let peer, let frames, let reason):
            messages[names[peer] ?? "", default: []].append(frames)
            bench.machine.remove(peer: peer, because: reason)
        case .hear(let peer, let envelope): hear((try? envelope.encodedBytes()) ?? [], from: peer)
        default: break
        }
    }

    private mutating func hear(_ bytes: [UInt8], from peer: Int) {
        var frame = bytes
        let now = bench.now
        switch frame.withUnsafeMutableBytes({ bench.machine.receive($0, from: peer, at: now) }) {
        case .forward(let worker, let slot, let keep):
            if keep { held[slot] = frame }
            transmit(frame, to: worker)
        case .hold(let slot): held[slot] = frame
        case .deliver(let client, _): transmit(frame, to: client)
        case .deliverPart(let client, _): transmit(frame, to: client)
        default: break
        }
    }

    private mutating func transmit(_ frame: [UInt8], to peer: Int) {
        guard let envelope = try? Envelope(decoding: frame), let name = names[peer] else { return }
        guard bench.machine.peers[peer].isMajordomo else { return envelopes[name, default: []].append(envelope) }
        if let frames = bench.machine.majordomoFrames(for: envelope, to: peer) {
            messages[name, default: []].append(frames)
        }
    }
}
