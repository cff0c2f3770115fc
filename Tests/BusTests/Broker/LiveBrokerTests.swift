import Bus
import JSON
import Logging
import Support
import Testing
import ZeroMQ

/// A broker on real sockets, and peers that are nothing but DEALERs.
@Suite(.timeLimit(.minutes(1))) struct LiveBrokerTests {
    /// Plays `script` on a thread of its own, as it blocks, against a broker that is up.
    private func play(
        over transport: TestBus.Transport,
        heartbeat: Duration = .seconds(5),
        configure: @escaping @Sendable (inout Broker.Configuration) -> Void = { _ in },
        _ script: @escaping @Sendable (Endpoint, Context) throws -> Void
    ) async throws {
        try await withTestBus(transport, heartbeat: heartbeat, configure: configure) { bus in
            let (endpoint, context) = (bus.endpoint, bus.context)
            try await onSocketThread(named: "script") { try script(endpoint, context) }
        }
    }

    @Test(arguments: TestBus.Transport.allCases)
    func aRequestTravelsToAWorkerAndItsReplyBack(_ transport: TestBus.Transport) async throws {
        try await play(over: transport) { endpoint, context in
            let worker = try RawPeer.worker(endpoint, in: context, service: "echo", credits: 1)
            let client = try RawPeer(endpoint, in: context)
            let body = Array(repeating: UInt8(7), count: 1_000_000)
            try client.request("echo", correlation: 5, timeLeft: 9000, body: body)
            let request = try worker.expect(.request)
            #expect(request.service == "echo" && request.operation == "execute" && request.body == body)
            try worker.echo(request)
            let reply = try client.expect(.reply)
            #expect(reply.correlation == 5 && reply.status == .ok && reply.body == body && reply.flags == [])
        }
    }

    @Test func oneBrokerServesSeveralEndpointsAtOnce() async throws {
        let inproc = Endpoint.inproc("two-\(UUIDv7.make())")
        try await play(over: .tcp, configure: { $0.endpoints.append(inproc) }) { endpoint, context in
            let worker = try RawPeer.worker(inproc, in: context, service: "echo", credits: 1)
            let client = try RawPeer(endpoint, in: context)
            try client.request("echo")
            try worker.echo(try worker.expect(.request))
            #expect(try client.expect(.reply).status == .ok)
        }
    }

    @Test(arguments: TestBus.Transport.allCases)
    func whatWaitsIsSentWhenThereIsACredit(_ transport: TestBus.Transport) async throws {
        try await play(over: transport) { endpoint, context in
            let worker = try RawPeer.worker(endpoint, in: context, service: "echo", credits: 1)
            let client = try RawPeer(endpoint, in: context)
            for correlation in 1...50 {
                try client.request(
                    "echo",
                    correlation: UInt64(correlation),
                    timeLeft: 15_000,
                    body: [UInt8(correlation)]
                )
            }
            for correlation in 1...50 {
                let request = try worker.expect(.request)
                #expect(request.body == [UInt8(correlation)] && (1...15_000).contains(request.timeLeft))
                try worker.echo(request)
                #expect(try client.expect(.reply).correlation == UInt64(correlation))
            }
        }
    }

    @Test func aDeadlineThatPassesInTheQueueIsAnsweredThen() async throws {
        try await play(over: .inproc) { endpoint, context in
            let worker = try RawPeer.worker(endpoint, in: context, service: "echo", credits: 0)
            let client = try RawPeer(endpoint, in: context)
            let start = ContinuousClock.now
            try client.request("echo", timeLeft: 100)
            let reply = try client.expect(.reply)
            #expect(reply.status == .gatewayTimeout && reply.flags == .fromBroker)
            #expect(ContinuousClock.now - start >= .milliseconds(100))
            try worker.hello()
        }
    }

    @Test func aWorkerWhoseConnectionIsCutIsNoticedAtOnce() async throws {
        try await play(over: .tcp, heartbeat: .seconds(30)) { endpoint, context in
            let client = try RawPeer(endpoint, in: context)
            try Self.loseWorker(endpoint, context, client)
            #expect(try client.expect(.reply).status == .badGateway)
        }
    }

    /// A worker that gets a request and goes without a word.
    private static func loseWorker(_ endpoint: Endpoint, _ context: Context, _ client: borrowing RawPeer) throws {
        let worker = try RawPeer.worker(endpoint, in: context, service: "echo", credits: 1)
        try client.request("echo")
        _ = try worker.expect(.request)
    }

    @Test(arguments: TestBus.Transport.allCases)
    func whatMayBeRepeatedGoesToAnotherWorker(_ transport: TestBus.Transport) async throws {
        try await play(over: transport, heartbeat: .milliseconds(100)) { endpoint, context in
            let client = try RawPeer(endpoint, in: context)
            var first: RawPeer? = try RawPeer.worker(endpoint, in: context, service: "echo", credits: 1)
            try client.request("echo", correlation: 3, flags: .repeatable, body: [1, 2, 3])
            let lost = try first?.expect(.request)
            let second = try RawPeer.worker(endpoint, in: context, service: "echo", credits: 1)
            first = nil
            let request = try second.expect(.request)
            #expect(request.flags == [.repeatable, .repeated] && request.body == [1, 2, 3])
            #expect(request.requestID == lost?.requestID)
            try second.echo(request)
            #expect(try client.expect(.reply).correlation == 3)
        }
    }

    @Test func aSilentWorkerIsDroppedThoughItsConnectionStands() async throws {
        try await play(over: .tcp, heartbeat: .milliseconds(400)) { endpoint, context in
            let worker = try RawPeer.worker(endpoint, in: context, service: "echo", credits: 1)
            let client = try RawPeer(endpoint, in: context)
            try client.request("echo")
            #expect(try client.expect(.reply).status == .badGateway)
            let late = try worker.expect(.request)
            try worker.echo(late)
            try worker.send(Envelope(.heartbeat, service: "echo"))
            #expect(try worker.expect(.goodbye).status == .gone)
        }
    }

    @Test func malformedMessagesAreAnsweredAndHarmNobody() async throws {
        try await play(over: .tcp) { endpoint, context in
            let client = try RawPeer(endpoint, in: context)
            try client.sendRaw([])
            #expect(try client.expect(.reply).status == .badRequest)
            try client.sendRaw(try Envelope(.request, service: "a", correlation: 4).encodedBytes(), [1], [2])
            let answer = try client.expect(.reply)
            #expect(answer.status == .badRequest && answer.correlation == 4)
            #expect(Problem(parsing: answer.body)?.sentence == "A message has one frame, not several.")
        }
    }

    @Test func aReplyToAClientThatIsGoneStallsNobody() async throws {
        try await play(over: .tcp, heartbeat: .seconds(30)) { endpoint, context in
            let worker = try RawPeer.worker(endpoint, in: context, service: "echo", credits: 2)
            var gone: RawPeer? = try RawPeer(endpoint, in: context)
            try gone?.request("echo")
            let request = try worker.expect(.request)
            gone = nil
            #expect(try worker.expect(.cancel).correlation == request.correlation)
            try worker.echo(request)
            let client = try RawPeer(endpoint, in: context)
            try client.request("echo", correlation: 2)
            try worker.echo(try worker.expect(.request))
            #expect(try client.expect(.reply).correlation == 2)
        }
    }

    @Test func aClientThatDoesNotReadLosesItsRepliesAndNobodyElses() async throws {
        let limit = 10
        try await play(over: .tcp, configure: { $0.sendQueueLimit = limit }) { endpoint, context in
            let worker = try RawPeer.worker(endpoint, in: context, service: "big", credits: 1)
            let stalled = try RawPeer(endpoint, in: context, receiveLimit: 1)
            let client = try RawPeer(endpoint, in: context)
            let body = Array(repeating: UInt8(1), count: 1_000_000)
            for correlation in 1...60 {
                try stalled.request("big", correlation: UInt64(correlation))
                let request = try worker.expect(.request)
                try worker.send(Envelope(.reply, status: .ok, correlation: request.correlation, body: body))
            }
            try client.request("big")
            try worker.echo(try worker.expect(.request))
            #expect(try client.expect(.reply).status == .ok)
            try client.request("broker", "statistics")
            let statistics = try JSONValue(parsing: client.expect(.reply).body)
            #expect(try #require(statistics["undeliverable"]?.intValue) > 0)
        }
    }

    @Test func theBrokerTellsAboutItself() async throws {
        try await play(over: .inproc) { endpoint, context in
            let client = try RawPeer(endpoint, in: context)
            let worker = try RawPeer(endpoint, in: context)
            let announcement = Array(#"{"tags":["text"]}"#.utf8)
            try worker.send(Envelope(.ready, service: "echo", credits: 3, body: announcement))
            _ = try worker.expect(.ready)
            try client.request("broker", "workers")
            let reply = try client.expect(.reply)
            let workers = try JSONValue(parsing: reply.body)
            #expect(reply.flags == [] && workers["sequence"] == 1)
            #expect(workers["workers"]?[0]?["service"] == "echo" && workers["workers"]?[0]?["credits"] == 3)
            #expect(workers["workers"]?[0]?["announcement"] == ["tags": ["text"]])
            for (operation, status) in [
                ("ping", Status.ok), ("health", .ok), ("about", .ok), ("forms", .ok), ("x", .notFound),
            ] {
                try client.request("broker", operation)
                #expect(try client.expect(.reply).status == status)
            }
        }
    }
}
