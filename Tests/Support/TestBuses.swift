package import Bus
package import ZeroMQ

/// Several brokers that know nothing of each other, with clients and workers of all of them.
///
/// ```swift
/// try await withTestBuses(2) { buses in
///     try await buses.worker("echo") { BusReply(body: $0.body) }
///     let client = buses.client()
///     try await buses[0].stopBroker()
/// }
/// ```
package struct TestBuses: Sendable {
    fileprivate let all: [TestBus]

    package subscript(index: Int) -> TestBus { all[index] }

    /// Where clients and workers connect.
    package var endpoints: [Endpoint] { all.map(\.endpoint) }

    /// A client of all of them that is running.
    package func client(requestLimit: Int = 65_536) -> BusClient {
        let client = BusClient(
            .init(endpoints: endpoints, heartbeat: all[0].heartbeat, requestLimit: requestLimit),
            context: all[0].context,
            logger: all[0].logger
        )
        all[0].run(client)
        return client
    }

    /// A worker that is running and that requests reach over each of them.
    @discardableResult
    package func worker(
        _ service: String,
        credits: Int = 256,
        handler: @escaping BusWorker.Handler
    ) async throws -> BusWorker {
        let worker = BusWorker(
            .init(service: service, endpoints: endpoints, credits: credits, heartbeat: all[0].heartbeat),
            context: all[0].context,
            logger: all[0].logger,
            handler: handler
        )
        all[0].run(worker)
        try await worker.whenReadyEverywhere
        return worker
    }
}

/// Lends so many buses whose brokers are up; everything that was made on them is ended afterwards.
///
/// - Parameter heartbeat: of the brokers and of all that is made by the buses; short where a test waits for a silence.
package func withTestBuses<Result>(
    _ count: Int,
    _ transport: TestBus.Transport = .tcp,
    heartbeat: Duration = .seconds(1),
    isolation: isolated (any Actor)? = #isolation,
    _ body: (TestBuses) async throws -> Result
) async throws -> Result {
    let context = Context()
    defer { context.close() }
    let buses = (0..<count).map { _ in TestBus(transport, context: context, heartbeat: heartbeat) { _ in } }
    do {
        for bus in buses { try await bus.startBroker() }
        let result = try await body(TestBuses(all: buses))
        for bus in buses { try await bus.end() }
        return result
    } catch {
        for bus in buses { try? await bus.end() }
        throw error
    }
}
