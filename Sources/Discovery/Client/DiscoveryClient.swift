public import Bus
import JSON

/// Discovery as its callers see it: one method an operation.
///
/// Every method throws ``BusError`` when discovery cannot be reached, and ``Problem`` when it says no.
public struct DiscoveryClient: Sendable {
    private let bus: BusClient
    private let timeout: Duration

    /// - Parameter timeout: how long one request may take.
    public init(_ bus: BusClient, within timeout: Duration = .seconds(5)) {
        self.bus = bus
        self.timeout = timeout
    }

    /// Lists an HTTP service and answers its id; the same URL again renews its entry.
    public func register(_ registration: Registration) async throws -> String {
        try text("registryID", in: try await ask("register", registration.json))
    }

    /// Notes a sign of life.
    public func renew(_ registryID: String) async throws {
        _ = try await ask("renew", ["registryID": .string(registryID)])
    }

    /// Removes an entry with its bindings.
    public func unregister(_ registryID: String) async throws {
        _ = try await ask("unregister", ["registryID": .string(registryID)])
    }

    /// The entries that have all that is asked for, oldest registration first.
    public func find(_ query: RegistryQuery = RegistryQuery()) async throws -> [RegistryEntry] {
        let found = try await ask("find", query.json, repeatable: true).json()
        return (found.arrayValue ?? []).compactMap(RegistryEntry.init)
    }

    /// The entry with that id, or the oldest with that name; nil when there is none.
    public func entry(_ idOrName: String) async throws -> RegistryEntry? {
        do {
            return try RegistryEntry(json: await ask("service", id: idOrName, repeatable: true).json())
        } catch let problem as Problem where problem.status == .notFound {
            return nil
        }
    }

    /// Notes that one service uses another, and answers the note's id.
    public func bind(_ source: String, to target: String) async throws -> String {
        let body: JSONValue = ["sourceRegistryID": .string(source), "targetRegistryID": .string(target)]
        return try text("bindingID", in: try await ask("bind", body))
    }

    /// Removes a note that ``bind(_:to:)`` made.
    public func unbind(_ bindingID: String) async throws {
        _ = try await ask("unbind", ["bindingID": .string(bindingID)])
    }

    /// All entries, to follow the registry's events from.
    public func snapshot() async throws -> RegistrySnapshot {
        let json = try await ask("snapshot", repeatable: true).json()
        guard let snapshot = RegistrySnapshot(json: json) else { throw Self.unreadable("snapshot") }
        return snapshot
    }

    private func ask(
        _ operation: String,
        _ body: JSONValue? = nil,
        id: String? = nil,
        repeatable: Bool = false
    ) async throws -> Reply {
        var annotations: Annotations = [:]
        annotations[Annotations.id] = id
        let reply = try await bus.request(
            DiscoveryService.name,
            operation,
            body: body?.serialized() ?? [],
            annotations: annotations,
            within: timeout,
            repeatable: repeatable
        )
        guard reply.status.isSuccess else {
            throw Problem(parsing: reply.body, status: reply.status)
                ?? Problem(reply.status, "Discovery answered \(reply.status)")
        }
        return reply
    }

    private func text(_ member: String, in reply: Reply) throws -> String {
        guard let text = try reply.json()[member]?.stringValue else { throw Self.unreadable(member) }
        return text
    }

    private static func unreadable(_ what: String) -> BusError {
        BusError(.protocolViolation, "discovery's answer has no readable \(what)")
    }
}
