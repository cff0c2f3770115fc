import Testing

@testable import Bus

@Suite struct BrokerPeerTests {
    var bench = MachineBench()

    @Test mutating func aQuestionIsAnsweredAtOnce() throws {
        try bench.send(Envelope(.heartbeat, correlation: 12), from: "client")
        #expect(bench.told("client") == [Envelope(.heartbeat, correlation: 12)])
        try bench.send(Envelope(.heartbeat), from: "client")
        #expect(bench.told("client") == [])
    }

    @Test mutating func whoIsThereIsGreetedWhenNothingElseIsSaid() throws {
        try bench.send(Envelope(.heartbeat), from: "client")
        bench.advance(by: .seconds(1))
        #expect(bench.told("client") == [Envelope(.heartbeat)])
    }

    @Test mutating func aBrokerWithoutPeersNeverWakesUp() throws {
        #expect(bench.machine.nextWake == .never)
        try bench.send(Envelope(.heartbeat), from: "client")
        #expect(bench.machine.nextWake == .start + .seconds(1))
        for _ in 1...4 { bench.advance(by: .seconds(1)) }
        #expect(bench.machine.peers.count == 0 && bench.machine.nextWake == .never)
    }

    @Test mutating func aClientThatVanishesTakesItsRequestsBack() throws {
        try bench.addWorker("worker")
        try bench.request(1)
        let correlation = bench.forwarded
        try bench.request(2)
        bench.machine.remove(peer: bench.peer("client"), because: "disconnected")
        #expect(bench.told("worker") == [Envelope(.cancel, correlation: correlation)])
        #expect(bench.machine.requests.count == 1, "the worker still has one of them")
        #expect(try bench.request(3, from: "next") == .hold(slot: 1), "and with it the credit")
        #expect(try bench.reply(correlation, from: "worker") == .done)
        #expect(bench.nextDispatch()?.slot == 1)
    }

    @Test mutating func aClientSaysGoodbye() throws {
        try bench.addWorker("worker", credits: 0)
        try bench.request(1)
        try bench.send(Envelope(.goodbye), from: "client")
        #expect(bench.machine.isIdle && bench.machine.peers.count == 1)
    }

    @Test mutating func aClientThatSendsHeartbeatsIsGoneWhenTheyStop() throws {
        try bench.addWorker("worker", credits: 1)
        try bench.send(Envelope(.heartbeat), from: "client")
        try bench.request(1)
        let correlation = bench.forwarded
        for _ in 1...3 {
            try bench.send(Envelope(.heartbeat, service: "echo"), from: "worker")
            bench.advance(by: .seconds(1))
        }
        let actions = bench.machine.takeActions()
        #expect(actions.contains(.tell(peer: bench.peer("worker"), Envelope(.cancel, correlation: correlation))))
        bench.advance(by: .seconds(1))
        #expect(bench.machine.peers.count == 1)
    }

    @Test mutating func aClientThatWasOnlyStoppedIsToldThatItsRequestsAreGone() throws {
        try bench.addWorker("worker", credits: 1)
        try bench.send(Envelope(.heartbeat), from: "client")
        try bench.request(1)
        for _ in 1...3 {
            try bench.send(Envelope(.heartbeat, service: "echo"), from: "worker")
            bench.advance(by: .seconds(1))
        }
        #expect(bench.told("client").contains { $0.kind == .goodbye && $0.status == .gone })
    }

    @Test mutating func aBrokerThatWasStoppedBlamesNobody() throws {
        try bench.addWorker("worker")
        try bench.send(Envelope(.heartbeat), from: "client")
        try bench.request(1)
        bench.advance(by: .seconds(60))
        #expect(bench.machine.workers.count == 1 && bench.machine.peers.count == 2)
        for _ in 1...2 { bench.advance(by: .seconds(1)) }
        #expect(bench.machine.workers.count == 1)
        bench.advance(by: .seconds(1))
        #expect(bench.machine.workers.count == 0)
    }

    @Test(arguments: [0, 1, 4095, 5000, 9998, 9999] as [UInt64])
    mutating func aCancelFindsAnyOfManyRequests(_ correlation: UInt64) throws {
        try bench.addWorker("worker", credits: 0)
        for correlation in 0..<10_000 as Range<UInt64> { try bench.request(correlation) }
        try bench.send(Envelope(.cancel, correlation: correlation), from: "client")
        #expect(bench.machine.requests.count == 9999)
        try bench.send(Envelope(.cancel, correlation: correlation), from: "client")
        #expect(bench.machine.requests.count == 9999)
    }

    @Test mutating func aClientThatNeverSentOneMayWaitInSilence() throws {
        try bench.addWorker("worker", credits: 1)
        try bench.request(1)
        for _ in 1...10 {
            try bench.send(Envelope(.heartbeat, service: "echo"), from: "worker")
            bench.advance(by: .seconds(1))
        }
        #expect(bench.machine.requests[0].client == bench.peer("client"))
    }

    @Test mutating func aClientThatWaitedInSilenceHearsThatItsWorkerIsGone() throws {
        try bench.addWorker("worker", credits: 1)
        try bench.request(1)
        for _ in 1...3 { bench.advance(by: .seconds(1)) }
        let told = bench.told("client")
        #expect(told.contains { $0.kind == .reply && $0.status == .badGateway })
        #expect(bench.machine.peers.count == 1)
    }

    @Test mutating func aCancelReachesTheWorker() throws {
        try bench.addWorker("worker")
        try bench.request(41)
        let correlation = bench.forwarded
        try bench.send(Envelope(.cancel, correlation: 40), from: "client")
        try bench.send(Envelope(.cancel, correlation: 41), from: "stranger")
        #expect(bench.told("worker") == [])
        try bench.send(Envelope(.cancel, correlation: 41), from: "client")
        #expect(bench.told("worker") == [Envelope(.cancel, correlation: correlation)])
        #expect(try bench.reply(correlation, from: "worker") == .done)
        #expect(bench.machine.isIdle)
    }

    @Test mutating func aDeadlineThatPassesInAWorkersHandsIsAnswered() throws {
        try bench.addWorker("worker")
        try bench.request(1, timeLeft: 1500)
        let correlation = bench.forwarded
        bench.advance(by: .seconds(1))
        #expect(bench.told("client").filter { $0.kind == .reply } == [])
        try bench.send(Envelope(.heartbeat, service: "echo"), from: "worker")
        bench.advance(by: .seconds(1))
        let actions = bench.machine.takeActions()
        let told = actions.compactMap { if case .tell(_, let envelope) = $0 { envelope } else { nil } }
        #expect(told.contains { $0.kind == .reply && $0.status == .gatewayTimeout && $0.correlation == 1 })
        #expect(told.contains(Envelope(.cancel, correlation: correlation)))
        #expect(try bench.request(2) == .hold(slot: 1), "the worker has not given its credit back")
    }

    @Test mutating func aLostConnectionMakesItAskEverybodyWithBusiness() throws {
        try bench.addWorker("worker")
        try bench.request(1)
        try bench.send(Envelope(.heartbeat), from: "idle")
        bench.machine.probe()
        let peers = Set(
            bench.machine.takeActions().compactMap { if case .tell(let peer, _) = $0 { peer } else { nil } }
        )
        #expect(peers == [bench.peer("worker"), bench.peer("client")])
    }

    @Test mutating func aBrokerThatStopsTakesNothingNew() throws {
        try bench.addWorker("worker", credits: 2)
        try bench.request(1)
        let correlation = bench.forwarded
        bench.machine.stop()
        let goodbyes = bench.machine.takeActions()
        #expect(goodbyes.count == 2)
        try bench.request(2)
        #expect(bench.told("client").map(\.status) == [.serviceUnavailable])
        #expect(!bench.machine.isIdle)
        #expect(try bench.reply(correlation, from: "worker") == .deliver(peer: bench.peer("client"), slot: 0))
        #expect(bench.machine.isIdle)
    }

    @Test mutating func aPeerMayChooseALongName() throws {
        let name = String(repeating: "n", count: 200)
        try bench.addWorker(name)
        #expect(try bench.request() == .forward(peer: bench.peer(name), slot: 0, keep: false))
        let id = bench.machine.peers[bench.peer(name)].id
        #expect(bench.machine.routes.withBytes(of: id) { Array($0) } == Array(name.utf8))
    }
}
