import Testing

@testable import Bus

/// Majordomo peers among themselves and with others, as values.
struct MajordomoMachineTests {
    private let client = MajordomoBench.client
    private let worker = MajordomoBench.worker
    private let echo = Array("echo".utf8)
    private var bench = MajordomoBench()

    /// The address that the request came with.
    private func address(_ request: [[UInt8]]?) -> [UInt8] { request.map { $0.count > 2 ? $0[2] : [] } ?? [] }

    @Test mutating func framesTravelExactlyBetweenMajordomoPeers() throws {
        bench.ready("w")
        bench.ask("c", [[1], [], [2, 3]])
        let request = bench.messages(to: "w")
        #expect(request.count == 1 && request[0].starts(with: [worker, [2]]))
        #expect(request[0].dropFirst(3) == [[], [1], [], [2, 3]])
        bench.say([worker, [3], address(request.first), [], [7], [8]], "w")
        bench.say([worker, [4], address(request.first), [], [], [9]], "w")
        #expect(bench.messages(to: "c") == [[client, [2], echo, [7], [8]], [client, [3], echo, [], [9]]])
    }

    @Test mutating func aWorkerGetsOneRequestAtATime() {
        bench.ready("w")
        for number in 0..<3 { bench.ask("c", [[UInt8(number)]]) }
        for number in 0..<3 {
            let requests = bench.messages(to: "w")
            #expect(requests.count == 1 && requests[0].last == [UInt8(number)])
            bench.say([worker, [4], address(requests.first), [], [UInt8(number)]], "w")
            #expect(bench.messages(to: "c") == [[client, [3], echo, [UInt8(number)]]])
        }
    }

    @Test mutating func aMajordomoClientIsServedByAnyWorker() throws {
        try bench.send(Envelope(.ready, service: "echo", credits: 4), "w")
        bench.ask("c", [[1, 2]])
        let request = try #require(bench.envelopes(to: "w").last)
        #expect(request.kind == .request && request.operation == "execute" && request.body == [1, 2])
        #expect(request.flags == .repeatable && request.annotations.isEmpty && request.requestID != .zero)
        #expect(request.timeLeft == 300_000 && request.credits == .max)
        try bench.send(Envelope(.reply, status: 404, correlation: request.correlation, body: [9]), "w")
        #expect(bench.messages(to: "c") == [[client, [3], echo, [9]]])
    }

    @Test mutating func anyClientIsServedByAMajordomoWorker() throws {
        bench.ready("w")
        try bench.send(Envelope(.request, service: "echo", operation: "execute", correlation: 7, body: [1]), "c")
        let request = bench.messages(to: "w").first
        #expect(request?.dropFirst(3) == [[], [1]])
        bench.say([worker, [4], address(request), [], [5], [6]], "w")
        let reply = try #require(bench.envelopes(to: "c").first)
        #expect(reply.kind == .reply && reply.status == .ok && reply.correlation == 7 && reply.body == [5, 6])
        #expect(reply.annotations[MajordomoBody.framesAnnotation] == "1,1")
    }

    @Test mutating func noOperationButExecuteReachesAMajordomoWorker() throws {
        bench.ready("w")
        for operation in ["revert", "ping", ""] {
            try bench.send(Envelope(.request, service: "echo", operation: operation, correlation: 7), "c")
            #expect(bench.envelopes(to: "c").first?.status == .notImplemented)
        }
        #expect(bench.messages(to: "w").isEmpty)
        try bench.send(Envelope(.request, service: "echo", operation: "execute", correlation: 8), "c")
        #expect(bench.messages(to: "w").count == 1, "its credit is there")
    }

    @Test mutating func partsWaitForTheCreditsOfTheClientAndTheAnswerWaitsBehindThem() throws {
        bench.ready("w")
        var ask = Envelope(.request, service: "echo", operation: "execute", correlation: 7)
        ask.credits = 2
        try bench.send(ask, "c")
        let address = address(bench.messages(to: "w").first)
        for number in 0..<4 { bench.say([worker, [3], address, [], [UInt8(number)]], "w") }
        bench.say([worker, [4], address, [], [9]], "w")
        #expect(bench.envelopes(to: "c").map(\.body) == [[0], [1]])
        let peer = bench.bench.peer("w")
        let correlation = address.reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
        let more = Envelope(.credit, correlation: correlation, credits: 5)
        #expect(bench.bench.machine.majordomoFrames(for: more, to: peer) == nil)
        bench.advance(by: .zero)
        #expect(bench.envelopes(to: "c").map(\.body) == [[2], [3], [9]])
    }

    @Test mutating func aClientThatTakesNoPartsGetsTheAnswerAlone() throws {
        bench.ready("w")
        try bench.send(Envelope(.request, service: "echo", operation: "execute", correlation: 7), "c")
        let address = address(bench.messages(to: "w").first)
        bench.say([worker, [3], address, [], [1]], "w")
        bench.say([worker, [4], address, [], [2]], "w")
        #expect(bench.envelopes(to: "c").map(\.body) == [[2]])
    }

    @Test mutating func theManagementInterfaceTellsWhetherThereIsAWorker() {
        let service = Array("mmi.service".utf8)
        bench.ask("c", [echo], service: "mmi.service")
        bench.ready("w")
        bench.ask("c", [echo], service: "mmi.service")
        bench.ask("c", [echo], service: "mmi.workers")
        let answers = bench.messages(to: "c")
        #expect(answers.map { $0.last ?? [] } == ["404", "200", "501"].map { Array($0.utf8) })
        #expect(answers[0] == [client, [3], service, Array("404".utf8)])
        bench.ready("thief", "mmi.service")
        #expect(bench.messages(to: "thief") == [[worker, [6]]])
    }

    @Test mutating func whatComesBeforeTheWorkerWaitsForIt() {
        bench.ask("c", [[1]])
        bench.ask("gone", [[2]])
        bench.bench.machine.remove(peer: bench.bench.peer("gone"), because: "disconnected")
        bench.ready("w")
        let requests = bench.messages(to: "w")
        #expect(requests.map { $0.last ?? [] } == [[1]])
        bench.say([worker, [4], address(requests.first), [], [3]], "w")
        #expect(bench.messages(to: "c") == [[client, [3], echo, [3]]])
        #expect(bench.messages(to: "w").isEmpty && bench.bench.machine.majordomo.lobby.bytes == 0)
    }

    @Test mutating func whatNoWorkerComesForIsGivenUp() {
        bench.ask("c", [[1]])
        bench.advance(by: .seconds(301))
        #expect(bench.bench.machine.statistics.expired == 1 && bench.bench.machine.majordomo.lobby.bytes == 0)
        for _ in 0..<9 { bench.advance(by: .seconds(1)) }
        #expect(bench.bench.machine.peers.count == 0 && bench.bench.machine.majordomo.peers.isEmpty)
        bench.ready("w")
        #expect(bench.messages(to: "w").isEmpty)
    }

    @Test mutating func theRequestOfADeadWorkerGoesToAnother() {
        bench.ready("one")
        bench.ask("c", [[1]])
        #expect(bench.messages(to: "one").count == 1)
        bench.ready("two")
        bench.bench.machine.remove(peer: bench.bench.peer("one"), because: "disconnected")
        bench.advance(by: .zero)
        #expect(bench.messages(to: "two").first?.last == [1])
    }
}

/// Heartbeats, ends and faults.
extension MajordomoMachineTests {
    @Test mutating func heartbeatsGoBothWaysAndSilenceIsTheEndOfAnIdleWorker() {
        bench.ready("w")
        bench.ready("silent")
        for _ in 0..<10 {
            bench.advance(by: .seconds(1))
            bench.say([worker, [5]], "w")
        }
        #expect(bench.heartbeats(to: "w") >= 9)
        #expect(bench.bench.machine.workers.count == 1)
        bench.say([worker, [5]], "silent")
        #expect(bench.messages(to: "silent") == [[worker, [6]]], "it is to begin anew")
    }

    @Test mutating func aWorkerMayBeSilentWhileItWorks() {
        bench.ready("w")
        bench.ask("c", [[1]])
        let address = address(bench.messages(to: "w").first)
        for _ in 0..<60 { bench.advance(by: .seconds(1)) }
        bench.say([worker, [4], address, [], [2]], "w")
        #expect(bench.messages(to: "c") == [[client, [3], echo, [2]]])
    }

    @Test(
        arguments: [[[4], [0, 0, 0, 0, 0, 0, 0, 1], [], [1]], [[5]], [[3], [9], [], []], [[7]], []] as [[[UInt8]]]
    )
    mutating func whoIsNoWorkerIsSentAway(_ frames: [[UInt8]]) {
        bench.say([worker] + frames, "w")
        #expect(bench.messages(to: "w") == [[worker, [6]]])
        #expect(bench.bench.machine.peers.count == 0)
    }

    @Test mutating func aSecondReadyEndsTheWorkerAndItsRequestIsGivenToAnother() {
        bench.ready("w")
        bench.ask("c", [[1]])
        bench.ready("other")
        bench.ready("w")
        #expect(bench.messages(to: "w").last == [worker, [6]])
        #expect(bench.messages(to: "other").first?.last == [1])
    }

    @Test mutating func aWorkerThatDisconnectsGetsNothingMore() {
        bench.ready("w")
        bench.say([worker, [6]], "w")
        bench.ask("c", [[1]])
        #expect(bench.messages(to: "w").isEmpty && bench.bench.machine.workers.count == 0)
    }

    @Test mutating func aSecondAnswerIsDropped() {
        bench.ready("w")
        bench.ask("c", [[1]])
        let address = address(bench.messages(to: "w").first)
        for _ in 0..<2 { bench.say([worker, [4], address, [], [2]], "w") }
        #expect(bench.messages(to: "c").count == 1)
        #expect(bench.bench.machine.statistics.stale == 1)
    }

    @Test mutating func aWorkerThatSendsMorePartsThanAreKeptIsSentAway() throws {
        var limits = BrokerMachine.Limits()
        limits.majordomo.heldPartBytes = 2 * (512 + 6)
        bench = MajordomoBench(limits)
        bench.ready("w")
        var ask = Envelope(.request, service: "echo", operation: "execute", correlation: 7)
        ask.credits = 1
        try bench.send(ask, "c")
        let address = address(bench.messages(to: "w").first)
        for _ in 0..<3 { bench.say([worker, [3], address, [], [1, 2, 3, 4, 5, 6]], "w") }
        #expect(bench.messages(to: "w").isEmpty)
        bench.say([worker, [3], address, [], []], "w")
        #expect(bench.messages(to: "w").last == [worker, [6]])
        let ending = bench.envelopes(to: "c").last
        #expect(ending?.status == .badGateway && ending?.flags == .fromBroker)
    }

    @Test mutating func anErrorOfTheBrokerIsNoAnswerAndLeavesNothing() {
        var limits = BrokerMachine.Limits()
        limits.queueLimit = 0
        bench = MajordomoBench(limits)
        bench.ready("w")
        bench.ask("c", [[1]])
        bench.ask("c", [[2]])
        #expect(bench.messages(to: "c").isEmpty)
        #expect(bench.bench.machine.majordomo[bench.bench.peer("c")].questions.count == 1)
    }

    @Test mutating func aBrokerThatShutsDownSendsIdleWorkersAwayAndLetsOthersAnswer() {
        bench.ready("busy")
        bench.ask("c", [[1]])
        bench.ready("idle")
        bench.bench.machine.stop()
        bench.advance(by: .zero)
        #expect(bench.messages(to: "idle") == [[worker, [6]]])
        let requests = bench.messages(to: "busy")
        #expect(requests.count == 1)
        bench.say([worker, [4], address(requests.first), [], [2]], "busy")
        #expect(bench.messages(to: "c") == [[client, [3], echo, [2]]])
    }
}
