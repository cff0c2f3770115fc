import Bus
import Logging
import ZeroMQ

typealias Script = @Sendable (borrowing ScriptedBroker) throws -> Void

/// Runs a client of a scripted broker in `body`, and waits for the end of the script.
func withClient<Result: Sendable>(
    heartbeat: Duration = .seconds(5),
    script: @escaping Script,
    _ body: (BusClient) async throws -> Result
) async throws -> Result {
    try await withClient(heartbeat: heartbeat, scripts: [script], body)
}

/// The same with a list of scripted brokers.
func withClient<Result: Sendable>(
    heartbeat: Duration = .seconds(5),
    scripts: [Script],
    _ body: (BusClient) async throws -> Result
) async throws -> Result {
    let context = Context()
    let endpoints = scripts.map { _ in Endpoint.ipc("@scripted-\(UUIDv7.make())") }
    let client = BusClient(
        .init(endpoints: endpoints, heartbeat: heartbeat),
        context: context,
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    )
    let running = Task { try await client.run() }
    return try await withThrowingTaskGroup(of: Void.self) { group in
        for (script, endpoint) in zip(scripts, endpoints) {
            group.addTask {
                try await onSocketThread(named: "script") { try script(try ScriptedBroker(in: context, at: endpoint)) }
            }
        }
        let result = try await body(client)
        try await group.waitForAll()
        running.cancel()
        try await running.value
        return result
    }
}
