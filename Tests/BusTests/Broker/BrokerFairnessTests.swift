import Testing

@testable import Bus

@Suite struct BrokerFairnessTests {
    var bench = MachineBench()

    /// Correlations of clients in the order in which one worker with one credit gets them.
    private mutating func served(_ count: Int) throws -> [UInt64] {
        var order: [UInt64] = []
        try bench.send(Envelope(.credit, credits: 1), from: "worker")
        for _ in 0..<count {
            let dispatch = try bench.dispatched()
            order.append(bench.machine.requests[dispatch.slot].clientCorrelation)
            try bench.reply(dispatch.correlation, from: "worker")
        }
        return order
    }

    private mutating func ask(_ correlations: ClosedRange<UInt64>, _ client: String, priority: UInt8 = 4) throws {
        for correlation in correlations { try bench.request(correlation, from: client, priority: priority) }
    }

    @Test mutating func clientsTakeTurns() throws {
        try bench.addWorker("worker", credits: 0)
        try ask(11...15, "greedy")
        try ask(21...22, "modest")
        try ask(31...31, "rare")
        #expect(try served(8) == [11, 21, 31, 12, 22, 13, 14, 15])
    }

    @Test mutating func aPriorityGoesBeforeATurn() throws {
        try bench.addWorker("worker", credits: 0)
        try ask(11...12, "a")
        try ask(21...22, "b")
        try ask(13...14, "a", priority: 9)
        #expect(try served(6) == [13, 14, 11, 21, 12, 22])
    }

    @Test mutating func aCancelTakesNobodysTurn() throws {
        try bench.addWorker("worker", credits: 0)
        try ask(11...13, "a")
        try ask(21...22, "b")
        try bench.send(Envelope(.cancel, correlation: 11), from: "a")
        #expect(try served(4) == [12, 21, 13, 22])
    }

    @Test mutating func inAFullQueueWhoHasMostLosesItsNewest() throws {
        bench = MachineBench(.init(queueLimit: 4))
        try bench.addWorker("worker", credits: 0)
        try ask(11...14, "greedy")
        _ = bench.machine.takeActions()
        try ask(21...21, "modest")
        let lost = try bench.answer(to: "greedy")
        #expect(lost.correlation == 14 && lost.status == .serviceUnavailable && lost.annotations["retry-after"] == "1")
        try ask(22...22, "modest")
        #expect(try bench.answer(to: "greedy").correlation == 13)
        try ask(23...23, "modest")
        #expect(try bench.answer(to: "modest").correlation == 23, "it would have more than the other")
        #expect(bench.machine.waiting == 4 && bench.machine.statistics.refused == 3)
    }

    @Test mutating func whatIsLeastUrgentIsLostFirst() throws {
        bench = MachineBench(.init(queueLimit: 3))
        try bench.addWorker("worker", credits: 0)
        try ask(11...11, "greedy", priority: 1)
        try ask(12...13, "greedy", priority: 9)
        try ask(21...21, "modest")
        #expect(try bench.answer(to: "greedy").correlation == 11)
    }

    @Test mutating func whoeverFillsTheBrokerLeavesRoomForOthers() throws {
        bench = MachineBench(.init(requestLimit: 10))
        try bench.addWorker("worker", credits: 100)
        try ask(1...9, "greedy")
        #expect(bench.machine.requests.count == 5)
        try ask(21...22, "modest")
        #expect(bench.machine.requests.count == 7)
    }

    @Test mutating func theBytesThatWaitAreSharedToo() throws {
        bench = MachineBench(.init(heldBytesLimit: 800))
        try bench.addWorker("worker", credits: 0)
        try ask(1...9, "greedy")
        let greedy = bench.machine.requests.count
        try ask(21...21, "modest")
        #expect(greedy < 9 && bench.machine.requests.count == greedy + 1)
    }

    @Test mutating func aFullQueueIsFairToManyAndLeavesNothingBehind() throws {
        bench = MachineBench(.init(queueLimit: 100))
        try bench.addWorker("worker", credits: 0)
        for client in 0..<200 { try ask(1...3, "client \(client)") }
        #expect(bench.machine.waiting == 100 && bench.machine.services[1].queue.largestShare == 1)
        for client in 0..<200 { bench.machine.remove(peer: bench.peer("client \(client)"), because: "the end") }
        #expect(bench.machine.waiting == 0 && bench.machine.services[1].queue.largestShare == 0)
        #expect(bench.machine.deadlines.count == 0 && bench.machine.heldBytes == 0)
    }
}
