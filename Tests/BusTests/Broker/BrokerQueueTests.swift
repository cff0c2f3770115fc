import Testing

@testable import Bus

@Suite struct BrokerQueueTests {
    var bench = MachineBench()

    /// A worker that is busy, and the correlation of what it does.
    private mutating func addBusyWorker() throws -> UInt64 {
        try bench.addWorker("worker")
        try bench.request(1000, from: "other")
        return bench.forwarded
    }

    @Test mutating func theMostUrgentIsFirstThenTheOldest() throws {
        var busy = try addBusyWorker()
        for (correlation, priority) in [(1, 4), (2, 9), (3, 4), (4, 0), (5, 9)] {
            try bench.request(UInt64(correlation), priority: UInt8(priority))
        }
        var order: [UInt64] = []
        for _ in 1...5 {
            try bench.reply(busy, from: "worker")
            let dispatch = try bench.dispatched()
            order.append(bench.machine.requests[dispatch.slot].clientCorrelation)
            busy = dispatch.correlation
            #expect(bench.nextDispatch() == nil)
        }
        #expect(order == [2, 5, 1, 3, 4])
    }

    @Test mutating func aQueueHasALimit() throws {
        bench = MachineBench(.init(queueLimit: 2))
        _ = try addBusyWorker()
        for correlation in 1...3 { try bench.request(UInt64(correlation)) }
        let answers = bench.told("client")
        #expect(answers.map(\.correlation) == [3] && answers.first?.status == .serviceUnavailable)
        #expect(answers.first?.annotations["retry-after"] == "1")
    }

    @Test mutating func aDeadlineThatPassesInTheQueueIsAnswered() throws {
        _ = try addBusyWorker()
        try bench.request(1, timeLeft: 500)
        try bench.request(2, timeLeft: 800)
        try bench.request(3)
        #expect(bench.machine.nextWake == .start + .milliseconds(500))
        bench.advance(by: .milliseconds(499))
        #expect(bench.told("client").isEmpty)
        bench.advance(by: .milliseconds(1))
        let answer = try bench.answer(to: "client")
        #expect(answer.status == .gatewayTimeout && answer.correlation == 1 && answer.flags == .fromBroker)
        #expect(bench.machine.nextWake == .start + .milliseconds(800))
    }

    @Test mutating func whatHasWaitedTooLongIsNotGivenToAWorker() throws {
        let busy = try addBusyWorker()
        try bench.request(1, timeLeft: 500)
        try bench.request(2, timeLeft: 5000)
        bench.now = .start + .milliseconds(600)
        try bench.reply(busy, from: "worker")
        let dispatch = try bench.dispatched()
        #expect(bench.machine.requests[dispatch.slot].clientCorrelation == 2)
        #expect(dispatch.timeLeft == 4400)
        #expect(bench.told("client").map(\.status) == [.gatewayTimeout])
    }

    @Test mutating func aDispatchPatchesWhatHasChanged() throws {
        let busy = try addBusyWorker()
        try bench.request(1, timeLeft: 1000)
        var frame = try Envelope(.request, service: "echo", correlation: 1, timeLeft: 1000).encodedBytes()
        bench.now = .start + .milliseconds(250)
        try bench.reply(busy, from: "worker")
        let dispatch = try bench.dispatched()
        frame.withUnsafeMutableBytes { dispatch.patch($0) }
        let envelope = try Envelope(decoding: frame)
        #expect(envelope.correlation == dispatch.correlation && envelope.timeLeft == 750 && envelope.flags == [])
    }

    @Test mutating func aCancelledRequestLeavesTheQueue() throws {
        let busy = try addBusyWorker()
        try bench.request(1)
        try bench.request(2)
        try bench.send(Envelope(.cancel, correlation: 1), from: "client")
        #expect(bench.machine.takeActions() == [.release(slot: 1)])
        try bench.reply(busy, from: "worker")
        #expect(bench.nextDispatch()?.slot == 2)
    }

    @Test mutating func aWorkerThatComesTakesWhatWaits() throws {
        try bench.addWorker("full", credits: 0)
        for correlation in 1...3 { try bench.request(UInt64(correlation)) }
        try bench.addWorker("fresh", credits: 2)
        #expect(bench.nextDispatch()?.peer == bench.peer("fresh"))
        #expect(bench.nextDispatch()?.peer == bench.peer("fresh"))
        #expect(bench.nextDispatch() == nil)
    }

    @Test mutating func whatCouldNotBeSentWaitsAtTheFront() throws {
        try bench.addWorker("worker", credits: 1)
        guard case .forward(_, let slot, _) = try bench.request(1) else { return }
        try bench.request(2)
        bench.machine.couldNotSend(slot)
        #expect(bench.nextDispatch() == nil, "its connection takes no more")
        try bench.send(Envelope(.heartbeat, service: "echo"), from: "worker")
        let dispatch = try bench.dispatched()
        #expect(dispatch.slot == slot && !dispatch.isRepeated)
    }
}
