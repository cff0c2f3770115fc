import Testing

@testable import Bus

@Suite struct BrokerReplyTests {
    var bench = MachineBench()

    @Test mutating func aSecondReplyIsDroppedAndCounted() throws {
        try bench.addWorker("worker")
        try bench.request()
        let correlation = bench.forwarded
        try bench.reply(correlation, from: "worker")
        #expect(try bench.reply(correlation, from: "worker") == .done)
        #expect(bench.machine.statistics.stale == 1)
    }

    @Test mutating func aLateReplyDoesNotAnswerTheNextRequestOfTheSlot() throws {
        try bench.addWorker("worker")
        try bench.request(1)
        let old = bench.forwarded
        try bench.reply(old, from: "worker")
        try bench.request(2)
        #expect(bench.forwarded != old)
        #expect(try bench.reply(old, from: "worker") == .done)
        #expect(bench.machine.requests.count == 1)
    }

    @Test mutating func nobodyElseCanAnswer() throws {
        try bench.addWorker("worker")
        try bench.addWorker("thief", service: "other")
        try bench.request()
        let correlation = bench.forwarded
        #expect(try bench.reply(correlation, from: "thief") == .done)
        #expect(try bench.reply(correlation, from: "stranger") == .done)
        #expect(bench.machine.statistics.stale == 2)
        #expect(try bench.reply(correlation, from: "worker") == .deliver(peer: bench.peer("client"), slot: 0))
    }

    @Test mutating func aQueuedRequestCannotBeAnsweredByAnybody() throws {
        try bench.addWorker("worker", credits: 0)
        try bench.request()
        #expect(try bench.reply(1 << 32, from: "client") == .done)
        #expect(try bench.reply(1 << 32, from: "worker") == .done)
        #expect(bench.machine.requests.count == 1)
    }

    @Test mutating func onlyTheBrokerSpeaksForItself() throws {
        try bench.addWorker("worker")
        try bench.request()
        let forged = Envelope(.reply, flags: .fromBroker, status: .serviceUnavailable, correlation: bench.forwarded)
        try bench.send(forged, from: "worker")
        #expect(bench.patched?.flags == [])
    }

    @Test mutating func partsOfAReplyPassUntilItsEnd() throws {
        try bench.addWorker("worker")
        try bench.request(9)
        let part = Envelope(.partial, correlation: bench.forwarded, body: [1])
        #expect(try bench.send(part, from: "worker") == .deliverPart(peer: bench.peer("client"), slot: 0))
        #expect(bench.patched?.correlation == 9)
        #expect(try bench.send(part, from: "stranger") == .done)
        try bench.reply(part.correlation, from: "worker")
        #expect(try bench.send(part, from: "worker") == .done)
    }

    @Test mutating func aFrameThatCannotBeReadIsAnsweredAndCounted() throws {
        var frame = try Envelope(.request, service: "echo", correlation: 6).encodedBytes()
        frame[4] = 200
        #expect(bench.sendRaw(frame, from: "client") == .done)
        let answer = try bench.answer(to: "client")
        #expect(answer.status == .badRequest && answer.correlation == 6 && answer.flags == .fromBroker)
        bench.sendRaw([1, 2, 3], from: "client")
        #expect(bench.told("client").first?.correlation == 0)
        #expect(bench.machine.statistics.malformed == 2)
    }
}
