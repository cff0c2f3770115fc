import JSON
import Testing

@testable import Bus

@Suite struct BrokerWorkerTests {
    var bench = MachineBench()

    @Test mutating func aReadyIsAnsweredAndPublished() throws {
        let ready = Envelope(.ready, service: "echo", correlation: 3, credits: 7, body: Array(#"{"tags":["a"]}"#.utf8))
        try bench.send(ready, from: "worker")
        let event = WorkerEvent(service: "echo", worker: "bench-1", credits: 7, announcement: ["tags": ["a"]])
        #expect(
            bench.machine.takeActions() == [
                .publish(event),
                .tell(peer: bench.peer("worker"), Envelope(.ready, service: "echo", correlation: 3, credits: 7)),
            ]
        )
        #expect(bench.machine.workerSnapshot == [event])
        #expect(event.type == "platform.worker.ready" && event.data["announcement"] == ["tags": ["a"]])
    }

    @Test(arguments: [
        (Envelope(.ready, service: "broker"), Status.forbidden),
        (Envelope(.ready, service: "echo", body: [0x7B]), .badRequest),
        (Envelope(.ready, service: "echo", body: Array(repeating: 0x20, count: 65_537)), .contentTooLarge),
    ])
    mutating func aReadyThatIsNotRightIsRefused(_ ready: Envelope, _ status: Status) throws {
        try bench.send(ready, from: "worker")
        let answer = try bench.answer(to: "worker")
        #expect(answer.kind == .goodbye && answer.status == status && Problem(parsing: answer.body) != nil)
        #expect(bench.machine.workers.count == 0)
    }

    @Test mutating func aConnectionServesOneService() throws {
        try bench.addWorker("worker", service: "a")
        try bench.send(Envelope(.ready, service: "b"), from: "worker")
        #expect(bench.told("worker").map(\.status) == [.conflict])
        #expect(bench.machine.workerSnapshot.map(\.service) == ["a"])
    }

    @Test mutating func aSilentWorkerIsDropped() throws {
        try bench.addWorker("worker")
        try bench.request()
        for _ in 1...2 { bench.advance(by: .seconds(1)) }
        #expect(bench.published() == [])
        bench.advance(by: .seconds(1))
        let actions = bench.machine.takeActions()
        let reasons = actions.compactMap { if case .publish(let event) = $0 { event.reason } else { nil } }
        #expect(reasons == ["no heartbeat for 3.0 seconds"])
        #expect(bench.machine.workers.count == 0)
    }

    @Test mutating func aWorkerThatIsHeardStays() throws {
        try bench.addWorker("worker")
        for _ in 1...10 {
            bench.advance(by: .seconds(1))
            try bench.send(Envelope(.heartbeat, service: "echo"), from: "worker")
        }
        #expect(bench.machine.workers.count == 1)
    }

    @Test mutating func aDeadWorkersRequestsAreAnsweredAtOnce() throws {
        try bench.addWorker("worker", credits: 2)
        try bench.request(1)
        try bench.request(2, flags: .repeatable)
        bench.machine.remove(peer: bench.peer("worker"), because: "disconnected")
        let answers = bench.told("client")
        #expect(Set(answers.map(\.correlation)) == [1, 2], "there is nobody else who could take the second")
        #expect(answers.allSatisfy { $0.status == .badGateway && $0.flags == .fromBroker })
        #expect(bench.machine.isIdle)
    }

    @Test mutating func whatMayBeRepeatedGoesToAnotherWorker() throws {
        try bench.addWorker("dies", credits: 3)
        #expect(try bench.request(1, flags: .repeatable) == .forward(peer: bench.peer("dies"), slot: 0, keep: true))
        try bench.request(2)
        try bench.request(3, flags: .repeatable)
        try bench.addWorker("lives", credits: 9)
        bench.machine.remove(peer: bench.peer("dies"), because: "disconnected")
        #expect(bench.told("client").map(\.correlation) == [2])
        let dispatches = [try bench.dispatched(), try bench.dispatched()]
        #expect(dispatches.map(\.slot) == [0, 2] && dispatches.allSatisfy { $0.isRepeated && $0.keep })
        #expect(dispatches.allSatisfy { $0.peer == bench.machine.workers[1].peer })
        let correlation = dispatches[0].correlation
        #expect(try bench.reply(correlation, from: "lives") == .deliver(peer: bench.peer("client"), slot: 0))
    }

    @Test mutating func whatIsRepeatedGoesBeforeWhatCameLater() throws {
        try bench.addWorker("dies")
        try bench.addWorker("busy")
        try bench.request(1, flags: .repeatable)
        try bench.request(2, flags: .repeatable)
        try bench.request(3)
        bench.machine.remove(peer: bench.peer("dies"), because: "disconnected")
        let second = bench.machine.requests.correlation(of: 1)
        try bench.reply(second, from: "busy")
        #expect(bench.nextDispatch()?.slot == 0)
    }

    @Test mutating func aRequestThatKillsItsWorkersIsGivenUp() throws {
        bench = MachineBench(.init(attemptLimit: 2))
        for name in ["a", "b", "c"] { try bench.addWorker(name) }
        try bench.request(1, flags: .repeatable)
        for _ in 1...2 {
            let worker = bench.machine.requests[0].worker
            bench.machine.remove(peer: bench.machine.workers[worker].peer, because: "disconnected")
            _ = bench.nextDispatch()
        }
        #expect(bench.told("client").map(\.status) == [.badGateway])
        #expect(bench.machine.workers.count == 1)
    }

    @Test mutating func theLastWorkerTakesTheQueueWithIt() throws {
        try bench.addWorker("worker")
        try bench.request(1)
        try bench.request(2)
        bench.machine.remove(peer: bench.peer("worker"), because: "disconnected")
        #expect(bench.told("client").map(\.status) == [.serviceUnavailable, .badGateway])
        #expect(bench.machine.services.count == 1)
    }

    @Test mutating func aWorkerThatSaysGoodbyeFinishesWhatItHas() throws {
        try bench.addWorker("worker", credits: 5)
        try bench.request(1)
        let correlation = bench.forwarded
        try bench.send(Envelope(.goodbye, service: "echo"), from: "worker")
        #expect(bench.told("worker") == [Envelope(.goodbye)])
        try bench.request(2)
        #expect(bench.told("client").map(\.status) == [.serviceUnavailable])
        #expect(try bench.reply(correlation, from: "worker") == .deliver(peer: bench.peer("client"), slot: 0))
        #expect(bench.published().map(\.reason) == ["goodbye"])
        #expect(bench.machine.workers.count == 0)
    }

    @Test mutating func aWorkerTheBrokerDoesNotKnowIsToldSo() throws {
        try bench.send(Envelope(.heartbeat, service: "echo"), from: "worker")
        #expect(bench.told("worker").map(\.status) == [.gone])
        try bench.send(Envelope(.credit, service: "echo", credits: 1), from: "worker")
        #expect(bench.told("worker").map(\.status) == [.gone])
    }

    @Test func twoBrokersDoNotUseTheSameCorrelations() throws {
        var correlations: Set<UInt64> = []
        for generation in [7, .max] as [UInt32] {
            var bench = MachineBench()
            bench.machine = BrokerMachine(instance: "bench", firstGeneration: generation)
            try bench.addWorker("worker")
            for _ in 1...3 {
                try bench.request()
                correlations.insert(bench.forwarded)
                try bench.reply(bench.forwarded, from: "worker")
            }
        }
        #expect(correlations == Set([7, 8, 9, UInt64(UInt32.max), 1, 2].map { $0 << 32 }))
    }

    @Test mutating func announcingAgainStartsAnew() throws {
        try bench.addWorker("worker", credits: 1)
        try bench.request(1, flags: .repeatable)
        let old = bench.forwarded
        try bench.send(Envelope(.ready, service: "echo", credits: 1), from: "worker")
        #expect(bench.published().map(\.reason) == [nil, "announced itself again"])
        let dispatch = try bench.dispatched()
        #expect(dispatch.isRepeated && dispatch.peer == bench.peer("worker"))
        #expect(try bench.reply(old, from: "worker") != .done, "the slot and so the correlation is the same attempt's")
    }
}
