import Testing

@testable import Bus

@Suite struct BrokerStreamTests {
    var bench = MachineBench()

    /// What a client grants under its own correlation.
    @discardableResult
    private mutating func grant(
        _ credits: UInt16,
        _ correlation: UInt64 = 9,
        from client: String = "client"
    ) throws -> BrokerDecision {
        try bench.send(Envelope(.credit, correlation: correlation, credits: credits), from: client)
    }

    /// The request as it is sent when its turn has come.
    private func sent(_ dispatch: BrokerDispatch, credits: UInt16) throws -> Envelope {
        var frame = try Envelope(.request, service: "echo", correlation: 9, credits: credits).encodedBytes()
        frame.withUnsafeMutableBytes { dispatch.patch($0) }
        return try Envelope(decoding: frame)
    }

    @Test mutating func aGrantReachesTheWorkerThatHasTheRequest() throws {
        try bench.addWorker("worker", credits: 2)
        try bench.request(8, credits: 4)
        try bench.request(9, credits: 4)
        let correlation = bench.forwarded
        #expect(bench.patched?.credits == 4)
        #expect(try grant(8) == .grant(peer: bench.peer("worker"), slot: 1))
        #expect(bench.patched == Envelope(.credit, correlation: correlation, credits: 8))
    }

    @Test mutating func nobodyElseCanGrant() throws {
        try bench.addWorker("worker", credits: 1)
        try bench.request(9, credits: 4)
        #expect(try grant(8, from: "stranger") == .done)
        #expect(try grant(8, 7) == .done)
        #expect(try grant(8, from: "worker") == .done)
        #expect(bench.machine.takeActions() == [], "a grant may cross the end of its request")
        #expect(bench.machine.workers[0].credits == 1)
    }

    @Test mutating func whatIsGrantedInTheQueueGoesWithTheRequest() throws {
        try bench.addWorker("worker", credits: 0)
        try bench.request(9, credits: 4)
        #expect(try grant(8) == .done)
        #expect(try grant(16) == .done)
        try bench.send(Envelope(.credit, credits: 1), from: "worker")
        #expect(try sent(bench.dispatched(), credits: 4).credits == 28)
    }

    @Test mutating func grantsDoNotOverflow() throws {
        try bench.addWorker("worker", credits: 0)
        try bench.request(9, credits: 65_000)
        try grant(65_000)
        try bench.send(Envelope(.credit, credits: 1), from: "worker")
        #expect(try sent(bench.dispatched(), credits: 65_000).credits == 65_535)
    }

    @Test mutating func theNextWorkerIsToldOfAllGrants() throws {
        try bench.addWorker("first")
        try bench.request(9, flags: .repeatable, credits: 4)
        try grant(8)
        try bench.addWorker("second")
        bench.machine.remove(peer: bench.peer("first"), because: "disconnected")
        let request = try sent(bench.dispatched(), credits: 4)
        #expect(request.credits == 12 && request.flags.contains(.repeated))
    }

    @Test mutating func afterAPartItIsNotRepeated() throws {
        try bench.addWorker("first")
        try bench.request(9, flags: .repeatable, credits: 4)
        #expect(bench.machine.heldBytes > 0)
        try bench.send(Envelope(.partial, correlation: bench.forwarded), from: "first")
        #expect(bench.machine.heldBytes == 0 && bench.machine.statistics.parts == 1)
        try bench.addWorker("second")
        bench.machine.remove(peer: bench.peer("first"), because: "disconnected")
        #expect(bench.nextDispatch() == nil)
        #expect(bench.told("client").map(\.status) == [.badGateway])
    }

    @Test mutating func aPartThatCannotBePassedOnEndsTheRequest() throws {
        try bench.addWorker("worker")
        try bench.request(9, credits: 4)
        let correlation = bench.forwarded
        let part = Envelope(.partial, correlation: correlation)
        try bench.send(part, from: "worker")
        bench.machine.couldNotStream(0, 72)
        let told = bench.machine.takeActions()
        #expect(told.contains(.tell(peer: bench.peer("worker"), Envelope(.cancel, correlation: correlation))))
        let refusal = BrokerRefusal.notTaken.reply(to: 9)
        #expect(told.contains(.tell(peer: bench.peer("client"), refusal)) && refusal.status == .badGateway)
        #expect(try bench.send(part, from: "worker") == .done)
        #expect(try bench.reply(correlation, from: "worker") == .done)
        #expect(bench.machine.isIdle)
    }

    @Test mutating func aPeerThatIsBothGrantsAndTakesRequests() throws {
        try bench.addWorker("worker", credits: 1)
        try bench.request(9, from: "worker", credits: 4)
        #expect(try grant(8, from: "worker") == .grant(peer: bench.peer("worker"), slot: 0))
        try bench.send(Envelope(.credit, credits: 5), from: "worker")
        #expect(bench.machine.workers[0].credits == 5)
    }
}
