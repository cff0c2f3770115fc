import Bus
import Logging
import Support
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
    let bound = Recorder<Endpoint>()
    return try await withThrowingTaskGroup(of: Void.self) { group in
        for (script, endpoint) in zip(scripts, endpoints) {
            group.addTask {
                try await onSocketThread(named: "script") {
                    let broker = try ScriptedBroker(in: context, at: endpoint)
                    bound.record(endpoint)
                    try script(broker)
                }
            }
        }
        // A script answers one first question; a client that was refused before the broker listened may ask twice.
        try await bound.wait(forCount: scripts.count)
        let running = Task { try await client.run() }
        let result = try await body(client)
        try await group.waitForAll()
        running.cancel()
        try await running.value
        return result
    }
}
