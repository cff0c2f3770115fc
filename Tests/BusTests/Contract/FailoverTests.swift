import Bus
import Support
import Testing

/// What a client of several brokers makes of the end of one. Heartbeats are long where nothing may depend on them.
@Suite(.timeLimit(.minutes(1))) struct FailoverTests {
    /// A handler that holds what it gets until it is cancelled.
    private func hold(_ seen: Recorder<Bool>) -> BusWorker.Handler {
        { request in
            seen.record(request.isRepeated)
            try await Task.sleep(for: .seconds(600))
            return .empty()
        }
    }

    private func failure(of body: () async throws -> Reply) async throws -> BusError {
        try #require(await #expect(throws: BusError.self) { try await body() })
    }

    private func askUntilCancelled(_ client: BusClient) async throws {
        do throws(BusError) {
            while true {
                let reply = try await client.request("echo", "a", body: [7])
                #expect(reply.body == [7])
            }
        } catch {
            guard error.code == .cancelled else { throw error }
        }
    }

    @Test func aKilledBrokersRequestsAreRepeatedOverTheNextOneAtOnceAndTheRestIsLost() async throws {
        try await withTestBuses(2, heartbeat: .seconds(20)) { buses in
            let (held, repeated) = (Recorder<Bool>(), Recorder<Bool>())
            try await buses[0].worker("work", handler: hold(held))
            try await buses[1].worker("work") { request in
                repeated.record(request.isRepeated)
                return BusReply(body: request.body)
            }
            let client = buses.client()
            async let again = client.request("work", "a", body: [1], within: .seconds(50), repeatable: true)
            async let once = failure { try await client.request("work", "a", within: .seconds(50)) }
            try await held.wait(forCount: 2)
            #expect(client.statistics.endpoint == buses[0].endpoint)
            try await buses[0].stopBroker()
            #expect(try await again.body == [1])
            #expect(try await once.code == .workerLost)
            #expect(repeated.elements == [true])
            #expect(client.statistics.failovers == 1)
            #expect(client.statistics.endpoint == buses[1].endpoint)
        }
    }

    @Test func aBrokerThatRefusesConnectionsIsPassedOver() async throws {
        try await withTestBuses(3, heartbeat: .seconds(20)) { buses in
            try await buses[0].stopBroker()
            try await buses[1].stopBroker()
            let client = buses.client()
            #expect(try await client.request("broker", "ping", within: .seconds(10)).status == .ok)
            #expect(client.statistics.endpoint == buses[2].endpoint)
            #expect(client.statistics.failovers == 0)
        }
    }

    @Test func whatAKilledBrokerHadIsAnsweredOnceHoweverManyThereAre() async throws {
        try await withTestBuses(2, heartbeat: .seconds(20)) { buses in
            let held = Recorder<Bool>()
            try await buses[0].worker("work", credits: 100, handler: hold(held))
            try await buses[1].worker("work") { BusReply(body: $0.body) }
            let client = buses.client()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<500 {
                    group.addTask {
                        let body = [UInt8(number & 0xFF), UInt8(number >> 8)]
                        let reply = try await client.request("work", "a", body: body, repeatable: true)
                        #expect(reply.body == body)
                    }
                }
                try await held.wait(forCount: 100)
                try await buses[0].stopBroker()
                try await group.waitForAll()
            }
            #expect(client.statistics.requestsInFlight == 0)
            #expect(client.statistics.connectionsLost == 1)
        }
    }

    @Test(arguments: TestBus.Transport.allCases)
    func aLeavingBrokerAnswersWhatItHasWhileTheNextOneTakesWhatIsNew(_ transport: TestBus.Transport) async throws {
        try await withTestBuses(2, transport, heartbeat: .seconds(20)) { buses in
            let held = Recorder<Bool>()
            let gate = Gate(opensAt: 2)
            try await buses[0].worker("work") { _ in
                held.record(true)
                await gate.arrive()
                return BusReply(body: [0])
            }
            try await buses[1].worker("work") { _ in BusReply(body: [1]) }
            let client = buses.client()
            async let old = client.request("work", "a", within: .seconds(50))
            try await held.wait(forCount: 1)
            async let isShutDown: Void = buses[0].shutDownBroker()
            while client.statistics.failovers == 0 { _ = try await client.request("broker", "ping") }
            #expect(try await client.request("work", "a").body == [1])
            await gate.arrive()
            #expect(try await old.body == [0])
            try await isShutDown
            #expect(client.statistics.connectionsLost == 0)
        }
    }

    @Test(arguments: TestBus.Transport.allCases)
    func nothingFailsWhileABrokerIsShutDown(_ transport: TestBus.Transport) async throws {
        try await withTestBuses(2, transport, heartbeat: .seconds(20)) { buses in
            try await buses.worker("echo") { BusReply(body: $0.body) }
            let client = buses.client()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<20 { group.addTask { try await askUntilCancelled(client) } }
                while client.statistics.repliesReceived < 1000 { await Task.yield() }
                try await buses[0].shutDownBroker()
                let before = client.statistics.repliesReceived
                while client.statistics.repliesReceived < before + 1000 { await Task.yield() }
                group.cancelAll()
                try await group.waitForAll()
            }
            #expect(client.statistics.failovers == 1)
        }
    }

    @Test func aClientStaysWhereItIsWhenAnEarlierBrokerComesBack() async throws {
        try await withTestBuses(2, heartbeat: .milliseconds(100)) { buses in
            let client = buses.client()
            try await client.whenConnected
            try await buses[0].stopBroker()
            #expect(try await client.request("broker", "ping", repeatable: true).status == .ok)
            try await buses[0].startBroker()
            #expect(try await client.request("broker", "ping").status == .ok)
            #expect(client.statistics.endpoint == buses[1].endpoint)
            #expect(client.statistics.failovers == 1)
        }
    }

    @Test func whatIsAskedWhileAllBrokersAreDownIsServedByTheFirstThatIsBack() async throws {
        try await withTestBuses(2, heartbeat: .seconds(20)) { buses in
            let client = buses.client()
            try await client.whenConnected
            for index in 0...1 { try await buses[index].stopBroker() }
            async let reply = client.request("broker", "ping", within: .seconds(50), repeatable: true)
            try await buses[1].startBroker()
            #expect(try await reply.status == .ok)
            #expect(client.statistics.endpoint == buses[1].endpoint)
        }
    }

    @Test func theDeadlineCoversTheSearchForABroker() async throws {
        try await withTestBuses(2, heartbeat: .seconds(20)) { buses in
            for index in 0...1 { try await buses[index].stopBroker() }
            let client = buses.client()
            let error = try await failure { try await client.request("a", "b", within: .milliseconds(200)) }
            #expect(error.code == .unreachable)
            #expect(client.statistics.endpoint == nil)
        }
    }
}
