public import Bus
import JSON

/// Calls an engine over the bus.
///
/// Requests that carry a request id may be given to another worker when theirs dies, as the engine does them once.
public struct EngineClient: Sendable {
    private let bus: BusClient
    private let service: String

    /// - Parameter service: the engine's name on the bus.
    public init(_ service: String, over bus: BusClient) {
        self.service = service
        self.bus = bus
    }

    public func execute(_ message: CommandMessage, within time: Duration = .seconds(30)) async throws(BusError) -> Reply
    {
        try await request("execute", message.json, within: time, repeatable: message.requestID != nil)
    }

    public func `repeat`(_ message: CommandMessage, within time: Duration = .seconds(30)) async throws(BusError)
        -> Reply
    {
        try await request("repeat", message.json, within: time, repeatable: true)
    }

    public func revert(requestID: String, within time: Duration = .seconds(30)) async throws(BusError) -> Reply {
        try await request("revert", ["requestId": .string(requestID)], within: time, repeatable: true)
    }

    /// What a revert would come to: `{ requestId, command?, grade, changedBy?, reason? }`.
    public func inspect(requestID: String, within time: Duration = .seconds(30)) async throws(BusError) -> Reply {
        try await request("inspect", ["requestId": .string(requestID)], within: time, repeatable: true)
    }

    private func request(
        _ operation: String,
        _ body: JSONValue,
        within time: Duration,
        repeatable: Bool
    ) async throws(BusError) -> Reply {
        try await bus.request(service, operation, body: body.serialized(), within: time, repeatable: repeatable)
    }
}
