import Bus
import JSON
import SharedState

/// What state documents held, as shared-state tells it: now, and after an earlier change.
struct StateTimeline: Sendable {
    private let bus: BusClient
    private let timeout: Duration

    init(_ bus: BusClient, within timeout: Duration) {
        self.bus = bus
        self.timeout = timeout
    }

    /// The content now; nil when there is no such document.
    func content(of id: String) async throws -> JSONValue? {
        do {
            return try await StateClient(bus, within: timeout).read(id).content
        } catch let problem as Problem where problem.status == .notFound {
            return nil
        }
    }

    /// The content after the change that made `version`; nil when there was no document then.
    ///
    /// - Throws: a 409 ``Problem`` when the history does not reach back to the making of the document.
    func content(of id: String, at version: Int) async throws -> JSONValue? {
        var past = StatePast(id: id)
        while case let changes = try await changes(of: id, after: past.version), !changes.isEmpty {
            for change in changes {
                guard let number = change["version"]?.intValue, number <= version else { return past.content }
                try past.apply(change["patch"] ?? nil, version: number)
            }
        }
        return past.content
    }

    private func changes(of id: String, after version: Int) async throws -> [JSONValue] {
        let reply = try await bus.request(
            StateService.name,
            "history",
            annotations: [Annotations.id: id, Annotations.since: String(version), Annotations.limit: "1000"],
            within: timeout,
            repeatable: true
        )
        guard reply.status.isSuccess else {
            throw Problem(parsing: reply.body, status: reply.status)
                ?? Problem(reply.status, "The history of state document \(id) cannot be read")
        }
        return try reply.json().arrayValue ?? []
    }
}
