import Testing

@testable import Bus

@Suite struct BrokerRequestTests {
    var bench = MachineBench()

    @Test mutating func aRequestGoesToAWorkerAndItsReplyBack() throws {
        try bench.addWorker("worker")
        let decision = try bench.request(77)
        #expect(decision == .forward(peer: bench.peer("worker"), slot: 0, keep: false))
        #expect(bench.forwarded != 77)
        #expect(try bench.reply(bench.forwarded, from: "worker") == .deliver(peer: bench.peer("client"), slot: 0))
        #expect(bench.patched?.correlation == 77 && bench.patched?.status == .ok)
        #expect(bench.machine.takeActions() == [] && bench.machine.isIdle)
    }

    @Test mutating func withoutAWorkerItIsRefusedAtOnce() throws {
        #expect(try bench.request(5) == .done)
        let answer = try bench.answer(to: "client")
        #expect(answer.kind == .reply && answer.status == .serviceUnavailable && answer.correlation == 5)
        #expect(answer.flags == .fromBroker && answer.annotations["retry-after"] == nil)
        #expect(Problem(parsing: answer.body)?.sentence == "No worker offers the service 'echo'.")
    }

    @Test mutating func aWorkerNeverHasMoreThanItsCredits() throws {
        try bench.addWorker("worker", credits: 2)
        for correlation in 1...2 { try bench.request(UInt64(correlation)) }
        #expect(try bench.request(3) == .hold(slot: 2))
        #expect(bench.nextDispatch() == nil)
    }

    @Test mutating func aWorkerWithoutCreditsGetsNothing() throws {
        try bench.addWorker("worker", credits: 0)
        #expect(try bench.request() == .hold(slot: 0))
        try bench.send(Envelope(.credit, credits: 1), from: "worker")
        #expect(bench.nextDispatch()?.peer == bench.peer("worker"))
    }

    @Test mutating func fewerCreditsTakeEffectWhenEnoughIsAnswered() throws {
        try bench.addWorker("worker", credits: 3)
        var correlations: [UInt64] = []
        for correlation in 1...3 {
            try bench.request(UInt64(correlation))
            correlations.append(bench.forwarded)
        }
        try bench.send(Envelope(.credit, credits: 1), from: "worker")
        try bench.request(4)
        try bench.reply(correlations[0], from: "worker")
        try bench.reply(correlations[1], from: "worker")
        #expect(bench.nextDispatch() == nil)
        try bench.reply(correlations[2], from: "worker")
        #expect(bench.nextDispatch()?.slot == 3)
    }

    @Test mutating func theLeastLoadedWorkerIsFirst() throws {
        try bench.addWorker("a", credits: 10)
        try bench.addWorker("b", credits: 10)
        var count: [Int: Int] = [:]
        var correlations: [(UInt64, Int)] = []
        for correlation in 1...6 {
            guard case .forward(let peer, _, _) = try bench.request(UInt64(correlation)) else { continue }
            count[peer, default: 0] += 1
            correlations.append((bench.forwarded, peer))
        }
        #expect(count == [bench.peer("a"): 3, bench.peer("b"): 3])
        for (correlation, peer) in correlations where peer == bench.peer("b") {
            try bench.reply(correlation, from: "b")
        }
        for correlation in 7...9 {
            #expect(
                try bench.request(UInt64(correlation)) == .forward(peer: bench.peer("b"), slot: 5, keep: false)
                    || bench.forwarded != 0
            )
        }
        #expect(bench.machine.workers[bench.machine.peers[bench.peer("b")].worker].outstanding == 3)
    }

    @Test mutating func aBodyThatIsTooLargeIsRefused() throws {
        bench = MachineBench(.init(maxBody: 2))
        try bench.addWorker("worker")
        let request = Envelope(.request, service: "echo", correlation: 8, body: [1, 2, 3])
        #expect(try bench.send(request, from: "client") == .done)
        let answer = try bench.answer(to: "client")
        #expect(answer.status == .contentTooLarge && answer.correlation == 8)
    }

    @Test mutating func thereIsALimitToAllRequests() throws {
        bench = MachineBench(.init(requestLimit: 1))
        try bench.addWorker("worker", credits: 5)
        try bench.request(1)
        try bench.request(2)
        let answer = try bench.answer(to: "client")
        #expect(answer.status == .serviceUnavailable && answer.annotations["retry-after"] == "1")
    }

    @Test mutating func thereIsALimitToTheBytesThatWait() throws {
        bench = MachineBench(.init(heldBytesLimit: 400))
        try bench.addWorker("worker", credits: 0)
        #expect(try bench.request(1) == .hold(slot: 0))
        #expect(try bench.request(2) == .hold(slot: 1))
        #expect(try bench.request(3) == .done)
        try bench.send(Envelope(.cancel, correlation: 1), from: "client")
        #expect(try bench.request(4) == .hold(slot: 0))
    }

    @Test mutating func theBrokersOwnServiceIsForItself() throws {
        #expect(try bench.request(service: "broker") == .answerYourself)
    }
}
