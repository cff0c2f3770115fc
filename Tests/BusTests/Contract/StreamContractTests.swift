import Bus
import Support
import Testing

/// Replies in parts from worker to client through a real broker, over every transport.
@Suite(.timeLimit(.minutes(1))) struct StreamContractTests {
    /// Sends so many parts, each its number, and records each that was let go.
    private func count(to limit: Int, _ sent: Recorder<Int>) -> BusWorker.Handler {
        { request in
            for number in 0..<limit {
                try await request.parts?.send([UInt8(number & 0xFF), UInt8(number >> 8)])
                sent.record(number)
            }
            return BusReply(status: .created)
        }
    }

    private func failure(of body: () async throws -> Void) async throws -> BusError {
        try #require(await #expect(throws: BusError.self) { try await body() })
    }

    @Test(arguments: TestBus.Transport.allCases, [1, 2, 16, 1000])
    func allPartsArriveInOrderWhateverTheWindow(_ transport: TestBus.Transport, _ window: Int) async throws {
        try await withTestBus(transport) { bus in
            try await bus.worker("rows", handler: count(to: 1000, Recorder<Int>()))
            let stream = bus.client().stream("rows", "list", within: .seconds(50), window: window)
            var numbers: [Int] = []
            for try await part in stream { numbers.append(Int(part.body[0]) + Int(part.body[1]) << 8) }
            #expect(numbers == Array(0..<1000))
            let final = try await stream.final
            #expect(final.status == .created)
        }
    }

    @Test(arguments: TestBus.Transport.allCases)
    func aWorkerWaitsForAReaderThatDoesNotTake(_ transport: TestBus.Transport) async throws {
        try await withTestBus(transport) { bus in
            let sent = Recorder<Int>()
            try await bus.worker("rows", handler: count(to: 40, sent))
            let client = bus.client()
            let stream = client.stream("rows", "list", within: .seconds(50), window: 4)
            try await sent.wait(forCount: 4)
            // Whatever could have been sent besides would be before the answer to this.
            let other = try await client.request("rows", "list", within: .seconds(50))
            #expect(other.status == .created)
            #expect(sent.elements.count == 4 + 40)
            var taken = 0
            for try await _ in stream { taken += 1 }
            #expect(taken == 40)
        }
    }

    @Test func theFinalReplyComesThoughNotAllPartsWereTaken() async throws {
        try await withTestBus(.inproc) { bus in
            try await bus.worker("rows", handler: count(to: 40, Recorder<Int>()))
            let stream = bus.client().stream("rows", "list", within: .seconds(50), window: 4)
            var parts = stream.makeAsyncIterator()
            let first = try await parts.next()
            #expect(first?.body == [0, 0])
            let final = try await stream.final
            #expect(final.status == .created)
            let last = try await parts.next()
            #expect(last == nil)
        }
    }

    @Test func severalReadersShareTheParts() async throws {
        try await withTestBus(.inproc) { bus in
            try await bus.worker("rows", handler: count(to: 101, Recorder<Int>()))
            let stream = bus.client().stream("rows", "list", within: .seconds(50), window: 16)
            var (one, other) = (stream.makeAsyncIterator(), stream.makeAsyncIterator())
            var numbers: [UInt8] = []
            while let part = try await one.next() {
                numbers.append(part.body[0])
                if let part = try await other.next() { numbers.append(part.body[0]) }
            }
            #expect(numbers == Array(0..<101))
            let end = try await other.next()
            #expect(end == nil)
        }
    }

    @Test(arguments: TestBus.Transport.allCases)
    func leavingTheLoopCancelsTheHandler(_ transport: TestBus.Transport) async throws {
        try await withTestBus(transport) { bus in
            let cancelled = Recorder<Bool>()
            try await bus.worker("rows") { request in
                do {
                    while true { try await request.parts?.send([1]) }
                } catch {
                    cancelled.record(error is CancellationError)
                    throw error
                }
            }
            let stream = bus.client().stream("rows", "list", within: .seconds(600))
            for try await _ in stream { break }
            let ends = try await cancelled.wait(forCount: 1)
            #expect(ends == [true])
        }
    }

    @Test func aStreamThatHasBegunEndsWithItsBroker() async throws {
        try await withTestBuses(2, heartbeat: .seconds(20)) { buses in
            let calls = Recorder<Bool>()
            try await buses.worker("rows") { request in
                calls.record(request.isRepeated)
                try await request.parts?.send([1])
                try await Task.sleep(for: .seconds(600))
                return .empty()
            }
            let stream = buses.client().stream("rows", "list", within: .seconds(600), repeatable: true)
            let error = try await failure {
                for try await _ in stream { try await buses[0].stopBroker() }
            }
            #expect(error.code == .workerLost)
            #expect(calls.elements == [false])
        }
    }
}
