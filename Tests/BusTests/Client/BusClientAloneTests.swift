import Bus
import Logging
import Testing
import ZeroMQ

/// A client without a broker, or without a thread.
@Suite(.timeLimit(.minutes(1))) struct BusClientAloneTests {
    private let context = Context()

    private func client(requestLimit: Int = 10) -> BusClient {
        BusClient(
            .init(endpoint: .inproc("nobody"), heartbeat: .milliseconds(50), requestLimit: requestLimit),
            context: context,
            logger: Logger(label: "test")
        )
    }

    private func code(_ body: () async throws -> Reply) async -> BusError.Code? {
        do {
            _ = try await body()
            return nil
        } catch {
            return (error as? BusError)?.code
        }
    }

    @Test func aRequestToAClientThatNeverRunsEndsWithItsDeadline() async {
        let client = client()
        #expect(await code { try await client.request("a", "b", within: .milliseconds(50)) } == .unreachable)
        #expect(client.statistics.requestsInFlight == 0)
    }

    @Test func aRequestToAClientThatNeverRunsCanBeCancelled() async {
        let client = client()
        let task = Task { try await client.request("a", "b", within: .seconds(600)) }
        task.cancel()
        #expect(await code { try await task.value } == .cancelled)
    }

    @Test func aRequestThatNoBrokerTakesIsUnreachableAndDidNotRun() async throws {
        let client = client()
        let running = Task { try await client.run() }
        let code = await code { try await client.request("a", "b", within: .milliseconds(300)) }
        #expect(code == .unreachable)
        #expect(code?.mayHaveRun == false)
        #expect(client.statistics.requestsSent == 0)
        running.cancel()
        try await running.value
    }

    @Test func whoWaitsForAConnectionIsToldWhenTheClientEnds() async throws {
        let client = client()
        let waiting = Task { try await client.whenConnected }
        let running = Task { try await client.run() }
        running.cancel()
        try await running.value
        await #expect(throws: BusError.self) { try await waiting.value }
    }

    @Test func aRequestAfterTheEndFailsAtOnce() async throws {
        let client = client()
        let running = Task { try await client.run() }
        running.cancel()
        try await running.value
        #expect(await code { try await client.request("a", "b", within: .seconds(600)) } == .closed)
    }

    @Test func whatWaitsWhenTheClientEndsFails() async throws {
        let client = client()
        let request = Task { try await client.request("a", "b", within: .seconds(600)) }
        let running = Task { try await client.run() }
        while client.statistics.requestsInFlight == 0 { await Task.yield() }
        running.cancel()
        try await running.value
        #expect(await code { try await request.value } == .closed)
    }

    @Test func whatWaitsWhenTheContextIsShutDownFails() async throws {
        let client = client()
        let running = Task { try await client.run() }
        let request = Task { try await client.request("a", "b", within: .seconds(600)) }
        while client.statistics.requestsInFlight == 0 { await Task.yield() }
        context.shutdown()
        try await running.value
        #expect(await code { try await request.value } == .closed)
    }

    @Test func aSecondRunIsRefused() async throws {
        let client = client()
        let running = Task { try await client.run() }
        running.cancel()
        try await running.value
        await #expect(throws: BusError.self) { try await client.run() }
    }

    @Test func moreRequestsThanTheLimitAreRefused() async {
        let client = client(requestLimit: 1)
        let first = Task { try await client.request("a", "b", within: .seconds(600)) }
        while client.statistics.requestsInFlight == 0 { await Task.yield() }
        #expect(await code { try await client.request("a", "b", within: .seconds(600)) } == .overloaded)
        #expect(await code { try await client.stream("a", "b").final } == .overloaded)
        #expect(client.statistics.requestsInFlight == 1)
        first.cancel()
        #expect(await code { try await first.value } == .cancelled)
    }
}
