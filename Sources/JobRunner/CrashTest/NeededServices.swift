import Bus
import Discovery

/// Waits until services are registered, which events tell.
struct NeededServices: Sendable {
    private let discovery: DiscoveryClient
    private let events: EventSubscriber

    init(_ client: BusClient, _ events: EventSubscriber) {
        discovery = DiscoveryClient(client)
        self.events = events
    }

    /// Returns when there is a service for every one of the tags or names, or when the time is over: then the job itself
    /// says who is missing.
    func wait(for needs: Set<String>, within limit: Duration) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await wait(for: needs) }
            group.addTask {
                try await Task.sleep(for: limit)
                Console.error("Not every service that the job needs has come within \(limit).")
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// Subscribes first and looks afterwards, so that no change falls between the two.
    private func wait(for needs: Set<String>) async throws {
        let changes = try await events.subscribe(to: "registry.")
        if try await areThere(needs) { return }
        for await _ in changes where try await areThere(needs) { return }
    }

    private func areThere(_ needs: Set<String>) async throws -> Bool {
        let entries = try await discovery.snapshot().entries
        let present = entries.filter { $0.instances > 0 && $0.health != .critical }
        return needs.isSubset(of: present.flatMap { $0.tags + [$0.serviceName] })
    }
}
