public import Logging
public import ZeroMQ

/// Lends a client that is connected while `body` runs, and ended when it returns or throws.
///
/// ```swift
/// try await withBusClient(connectedTo: .tcp("127.0.0.1", port: 5550)) { client in
///     try await client.request("resize-image", "execute", body: image, within: .seconds(2))
/// }
/// ```
///
/// - Parameters:
///   - endpoint: where the broker accepts clients.
///   - context: the home of the socket; an own one when nil. `inproc://` needs the broker's.
///   - logger: told of lost connections.
public func withBusClient<Result>(
    connectedTo endpoint: Endpoint,
    context: Context? = nil,
    logger: Logger = Logger(label: "bus-client"),
    _ body: (BusClient) async throws -> Result
) async throws -> Result {
    try await withBusClient(connectedTo: [endpoint], context: context, logger: logger, body)
}

/// The same with a list of brokers, of which one is used at a time: see ``BusClient/Configuration/endpoints``.
public func withBusClient<Result>(
    connectedTo endpoints: [Endpoint],
    context: Context? = nil,
    logger: Logger = Logger(label: "bus-client"),
    _ body: (BusClient) async throws -> Result
) async throws -> Result {
    let own = context == nil ? Context() : nil
    defer { own?.close() }
    let client = BusClient(.init(endpoints: endpoints), context: context ?? own ?? Context(), logger: logger)
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await client.run() }
        let result: Result
        do {
            result = try await body(client)
        } catch {
            group.cancelAll()
            throw error
        }
        group.cancelAll()
        try await group.waitForAll()
        return result
    }
}
