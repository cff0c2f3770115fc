import Testing
import ZeroMQ

@testable import Bus

/// What the broker's machine makes of the access rules.
@Suite struct BrokerAccessTests {
    private static let key = String(repeating: "a", count: 40)
    private var machine = BrokerMachine(instance: "test")

    private static func rules(_ change: (inout AccessGrants) -> Void) throws -> AccessRules {
        var grants = AccessGrants()
        change(&grants)
        return try AccessRules(keys: [AccessKey(name: "a", publicKey: key, grants: grants)])
    }

    private var numberOfKey: Int {
        Array(Self.key.utf8).withUnsafeBytes { machine.access?.number(ofUser: $0, guess: -1) } ?? AccessTable.stranger
    }

    /// A peer that the authenticator has named; nil for one of whom nothing is known yet.
    private mutating func peer(_ number: UInt8, identity: Int?) -> Int {
        let peer = [number].withUnsafeBytes { machine.peer($0, heardAt: .start) }
        if let identity { machine.peers[peer].identity = identity }
        return peer
    }

    private mutating func send(_ envelope: Envelope, from peer: Int) throws {
        var bytes = try envelope.encode().bytes()
        _ = bytes.withUnsafeMutableBytes { machine.receive($0, from: peer, at: .start) }
    }

    /// The statuses of what the broker has told peers, in order.
    private mutating func told() -> [Status] {
        machine.takeActions().compactMap { action in
            guard case .tell(_, let envelope) = action else { return nil }
            return envelope.status
        }
    }

    @Test mutating func whoIsNotKnownYetHasNoRightsWhenTheRulesChange() throws {
        machine.access = AccessTable(.none)
        let peer = peer(1, identity: nil)
        machine.replaceAccess(with: try Self.rules { $0.serve = ["*"] })
        try send(Envelope(.ready, service: "echo", credits: 1), from: peer)
        try send(Envelope(.request, service: "echo", operation: "say", correlation: 1), from: peer)
        #expect(told() == [.forbidden, .forbidden])
        #expect(machine.statistics.forbidden == 2)
    }

    @Test mutating func aWorkerThatMayNotServeAnyMoreIsDismissed() throws {
        machine.access = AccessTable(try Self.rules { $0.serve = ["echo"] })
        let worker = peer(1, identity: numberOfKey)
        try send(Envelope(.ready, service: "echo", credits: 1), from: worker)
        #expect(told() == [.none])
        machine.replaceAccess(with: try Self.rules { $0.serve = ["todo"] })
        #expect(told() == [.forbidden])
        #expect(machine.workers.count == 0)
    }

    @Test mutating func whatAKeyWithoutAnEntryHasUnderWayIsAnswered() throws {
        machine.access = AccessTable(try Self.rules { $0.call = ["echo"] })
        let worker = peer(1, identity: AccessTable.own)
        try send(Envelope(.ready, service: "echo", credits: 1), from: worker)
        let client = peer(2, identity: numberOfKey)
        for correlation in 1...2 {
            try send(Envelope(.request, service: "echo", correlation: UInt64(correlation)), from: client)
        }
        _ = machine.takeActions()
        machine.replaceAccess(with: .none)
        #expect(told() == [.badGateway, .none, .forbidden], "one was with a worker, which is told; the other waited")
        #expect(machine.peers[client].requestCount == 0 && machine.waiting == 0)
    }

    @Test mutating func whoHasNotSaidAnythingButConnectedBearsAChangeOfTheRules() throws {
        machine.access = AccessTable(try Self.rules { $0.call = ["echo"] })
        let peers = (1...3).map { peer($0, identity: nil) }
        machine.replaceAccess(with: .none)
        #expect(peers.allSatisfy { machine.name(ofPeer: $0).isEmpty && machine.peers[$0].isLive })
        #expect(told().isEmpty)
    }

    @Test mutating func aServiceThatIsNotThereIsForbiddenAllTheSame() throws {
        machine.access = AccessTable(.none)
        let stranger = peer(1, identity: AccessTable.stranger)
        try send(Envelope(.request, service: "nothing", correlation: 1), from: stranger)
        #expect(told() == [.forbidden])
        let own = peer(2, identity: AccessTable.own)
        try send(Envelope(.request, service: "nothing", correlation: 1), from: own)
        #expect(told() == [.serviceUnavailable])
    }

    @Test mutating func anotherServiceUnderAnOldNumberIsLookedAtAnew() throws {
        machine.access = AccessTable(try Self.rules { $0.call = ["echo"] })
        let client = peer(1, identity: numberOfKey)
        for (service, status) in [("echo", nil), ("todo", Status.forbidden), ("echo", nil)] {
            let worker = peer(2, identity: AccessTable.own)
            try send(Envelope(.ready, service: service, credits: 9), from: worker)
            _ = machine.takeActions()
            try send(Envelope(.request, service: service, operation: "say", correlation: 1), from: client)
            #expect(told() == [status].compactMap { $0 })
            machine.remove(peer: worker, because: "test")
            machine.takeBackRequests(of: client)
            _ = machine.takeActions()
        }
    }
}
