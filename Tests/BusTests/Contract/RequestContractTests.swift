import Bus
import JSON
import Support
import Synchronization
import Testing

/// Requests from client to worker and back through a real broker, over every transport.
@Suite(.timeLimit(.minutes(1))) struct RequestContractTests {
    private func failure(of body: () async throws -> Reply) async throws -> BusError {
        try #require(await #expect(throws: BusError.self) { try await body() })
    }

    @Test(arguments: TestBus.Transport.allCases)
    func aRequestReachesItsWorkerAndTheReplyItsCaller(_ transport: TestBus.Transport) async throws {
        try await withTestBus(transport) { bus in
            try await bus.worker("echo") { request in
                BusReply(status: .created, annotations: request.annotations, body: request.body)
            }
            let reply = try await bus.client().request("echo", "a", body: [1, 2], annotations: ["id": "Grüße\n%"])
            #expect(reply.status == .created)
            #expect(reply.annotations["id"] == "Grüße\n%")
            #expect(reply.body == [1, 2])
        }
    }

    @Test(arguments: TestBus.Transport.allCases)
    func aClientTellsWhenABrokerHasAnswered(_ transport: TestBus.Transport) async throws {
        try await withTestBus(transport) { bus in try await bus.client().whenConnected }
    }

    @Test func requestsWhoseCallersNameNoneGetAnIdEachThatSortsByTime() async throws {
        try await withTestBus(.inproc) { bus in
            try await bus.worker("id") { BusReply(body: Array($0.requestID.description.utf8)) }
            let client = bus.client()
            var ids: [String] = []
            for _ in 0..<100 {
                let reply = try await client.request("id", "tell")
                ids.append(String(decoding: reply.body, as: UTF8.self))
            }
            #expect(ids == ids.sorted())
            #expect(Set(ids).count == 100)
            // The digit of the version, by RFC 9562.
            #expect(ids.allSatisfy { Array($0)[14] == "7" })
        }
    }

    @Test func workersReadTheNamesOfEveryRequest() async throws {
        try await withTestBus(.inproc) { bus in
            try await bus.worker("names") { BusReply(body: Array("\($0.service) \($0.operation)".utf8)) }
            let client = bus.client()
            for operation in ["read", "read", "ready", "rea", "write", ""] {
                let reply = try await client.request("names", operation)
                #expect(String(decoding: reply.body, as: UTF8.self) == "names \(operation)")
            }
        }
    }

    @Test(arguments: TestBus.Transport.allCases)
    func thousandsOfRequestsAreUnderWayAtOnceAndNoneIsMixedUp(_ transport: TestBus.Transport) async throws {
        try await withTestBus(transport) { bus in
            for _ in 0..<2 {
                try await bus.worker("echo", credits: 1000) { request in
                    if request.body[0] % 3 == 0 { await Task.yield() }
                    return BusReply(body: request.body)
                }
            }
            let client = bus.client()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<5000 {
                    group.addTask {
                        let body = [UInt8(number & 0xFF), UInt8(number >> 8)]
                        let reply = try await client.request("echo", "a", body: body, within: .seconds(50))
                        #expect(reply.body == body)
                    }
                }
                try await group.waitForAll()
            }
            #expect(client.statistics.requestsSent == 5000)
            #expect(client.statistics.repliesReceived == 5000)
            #expect(client.statistics.requestsInFlight == 0)
        }
    }

    @Test(arguments: TestBus.Transport.allCases, [0, 1, 65_535, 65_536, 1_000_000])
    func bodiesOfAnySizeArriveUnchanged(_ transport: TestBus.Transport, _ size: Int) async throws {
        try await withTestBus(transport) { bus in
            try await bus.worker("echo") { BusReply(body: $0.body) }
            var random = SeededGenerator(seed: UInt64(size))
            let body = (0..<size).map { _ in UInt8.random(in: 0...255, using: &random) }
            let reply = try await bus.client().request("echo", "a", body: body)
            #expect(reply.body == body)
        }
    }

    @Test(arguments: TestBus.Transport.allCases)
    func aServiceThatNobodyOffersIsRefusedAtOnce(_ transport: TestBus.Transport) async throws {
        try await withTestBus(transport) { bus in
            let client = bus.client()
            let error = try await failure { try await client.request("nobody", "a", within: .seconds(600)) }
            #expect(error.code == .noWorker)
            #expect(!error.code.mayHaveRun)
        }
    }

    @Test(arguments: TestBus.Transport.allCases)
    func aProblemIsAReplyWithItsStatusAndSentence(_ transport: TestBus.Transport) async throws {
        try await withTestBus(transport) { bus in
            try await bus.worker("thing") { _ in throw Problem(.notFound, "Resource not found: 7") }
            let reply = try await bus.client().request("thing", "read")
            #expect(reply.status == .notFound)
            #expect(try reply.json()["error"] == "Resource not found: 7")
        }
    }

    @Test(arguments: TestBus.Transport.allCases)
    func cancellingTheCallerCancelsTheHandler(_ transport: TestBus.Transport) async throws {
        try await withTestBus(transport) { bus in
            let seen = Recorder<String>()
            try await bus.worker("slow") { _ in
                seen.record("started")
                do {
                    try await Task.sleep(for: .seconds(600))
                } catch {
                    seen.record("cancelled")
                    throw error
                }
                return .empty()
            }
            let client = bus.client()
            let task = Task { try await client.request("slow", "a", within: .seconds(600)) }
            try await seen.wait(forCount: 1)
            task.cancel()
            let error = try await failure { try await task.value }
            #expect(error.code == .cancelled)
            #expect(try await seen.wait(forCount: 2) == ["started", "cancelled"])
        }
    }

    @Test(arguments: TestBus.Transport.allCases)
    func aPassedDeadlineCancelsTheHandler(_ transport: TestBus.Transport) async throws {
        try await withTestBus(transport) { bus in
            let cancelled = Recorder<Bool>()
            try await bus.worker("slow") { request in
                #expect(request.deadline != nil)
                try? await Task.sleep(for: .seconds(600))
                cancelled.record(Task.isCancelled)
                return .empty()
            }
            let client = bus.client()
            _ = try? await client.request("broker", "ping")
            let error = try await failure { try await client.request("slow", "a", within: .milliseconds(100)) }
            #expect(error.code == .timedOut)
            #expect(try await cancelled.wait(forCount: 1) == [true])
        }
    }

    @Test(arguments: TestBus.Transport.allCases)
    func everyCallerIsAnsweredOnceHoweverItsRequestEnds(_ transport: TestBus.Transport) async throws {
        try await withTestBus(transport) { bus in
            let worker = try await bus.worker("mixed", credits: 50) { request in
                if request.body[0] % 2 == 0 { try await Task.sleep(for: .milliseconds(Int(request.body[0]) % 7)) }
                return BusReply(body: request.body)
            }
            let client = bus.client()
            let calls = (0..<2000).map { number in
                Task {
                    let within = Duration.milliseconds(number % 5 == 0 ? 1 : 20_000)
                    return try await client.request("mixed", "a", body: [UInt8(number & 0xFF)], within: within)
                }
            }
            for (number, call) in calls.enumerated() where number % 3 == 0 { call.cancel() }
            for (number, call) in calls.enumerated() {
                switch await call.result {
                case .success(let reply): #expect(reply.body == [UInt8(number & 0xFF)])
                case .failure(let error): #expect(error is BusError)
                }
            }
            #expect(client.statistics.requestsInFlight == 0)
            try await bus.shutDown(worker)
        }
    }

    @Test(arguments: TestBus.Transport.allCases)
    func requestsWaitForACreditAndAreAllServed(_ transport: TestBus.Transport) async throws {
        try await withTestBus(transport) { bus in
            let running = Atomic(0)
            let most = Atomic(0)
            try await bus.worker("narrow", credits: 3) { _ in
                most.max(running.add(1, ordering: .relaxed).newValue, ordering: .relaxed)
                await Task.yield()
                running.subtract(1, ordering: .relaxed)
                return .empty()
            }
            let client = bus.client()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<200 { group.addTask { _ = try await client.request("narrow", "a") } }
                try await group.waitForAll()
            }
            #expect(most.load(ordering: .relaxed) <= 3)
        }
    }

    @Test(arguments: TestBus.Transport.allCases)
    func aHandlerMayAskOthersAndABusErrorOfTheirsBecomesItsStatus(_ transport: TestBus.Transport) async throws {
        try await withTestBus(transport) { bus in
            let client = bus.client()
            try await bus.worker("inner") { _ in BusReply(body: [7]) }
            try await bus.worker("outer") { request in
                let reply = try await client.request(request.operation, "a")
                return BusReply(body: reply.body + [8])
            }
            #expect(try await client.request("outer", "inner").body == [7, 8])
            #expect(try await client.request("outer", "nobody").status == .serviceUnavailable)
        }
    }

    @Test(arguments: TestBus.Transport.allCases)
    func handlersThatBlockDoNotStopTheWorker(_ transport: TestBus.Transport) async throws {
        try await withTestBus(transport) { bus in
            try await bus.worker("blocking", handlersMayBlock: true) { BusReply(body: $0.body) }
            let client = bus.client()
            for number in 0..<20 as Range<UInt8> {
                #expect(try await client.request("blocking", "a", body: [number]).body == [number])
            }
        }
    }

    @Test(arguments: TestBus.Transport.allCases)
    func aDrainingWorkerFinishesWhatItHasAndGetsNothingNew(_ transport: TestBus.Transport) async throws {
        try await withTestBus(transport) { bus in
            let started = Recorder<Bool>()
            let gate = Gate(opensAt: 11)
            let first = try await bus.worker("work") { _ in
                started.record(true)
                await gate.arrive()
                return BusReply(body: [1])
            }
            let client = bus.client()
            try await withThrowingTaskGroup(of: [UInt8].self) { group in
                for _ in 0..<10 { group.addTask { try await client.request("work", "a").body } }
                try await started.wait(forCount: 10)
                group.addTask {
                    try await bus.shutDown(first)
                    return [1]
                }
                try await bus.worker("work") { _ in BusReply(body: [2]) }
                // Least loaded first: the second worker gets these, whether or not the broker knows the goodbye yet.
                for _ in 0..<20 { #expect(try await client.request("work", "a").body == [2]) }
                await gate.arrive()
                for try await body in group { #expect(body == [1]) }
            }
        }
    }

    @Test func aWorkerThatEndsWithoutDrainingLosesNothingThatMayBeRepeated() async throws {
        try await withTestBus { bus in
            let started = Recorder<Bool>()
            let first = try await bus.worker("work") { _ in
                started.record(true)
                await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in }
                return BusReply(body: [1])
            }
            let client = bus.client()
            async let once = failure { try await client.request("work", "a", within: .seconds(600)) }
            async let again = client.request("work", "a", within: .seconds(600), repeatable: true)
            try await started.wait(forCount: 2)
            try await bus.worker("work") { request in
                #expect(request.isRepeated)
                return BusReply(body: [2])
            }
            try await bus.stop(first)
            #expect(try await once.code == .workerLost)
            #expect(try await again.body == [2])
        }
    }

    @Test func aLentClientIsEndedWithItsClosure() async throws {
        try await withTestBus(.tcp) { bus in
            try await bus.worker("echo") { BusReply(body: $0.body) }
            let body = try await withBusClient(connectedTo: bus.endpoint) { client in
                try await client.request("echo", "a", body: [5]).body
            }
            #expect(body == [5])
        }
    }
}
