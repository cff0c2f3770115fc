import Bus
import JSON

extension EventSubscriber {
    /// Returns when the broker that this subscriber is on has a worker of `service`.
    func whenServed(_ service: String) async throws {
        let name = JSONValue.string(service)
        let changes = try await subscribe(to: "bus.worker")
        let workers = try await workers(within: .seconds(30)).data["workers"]?.arrayValue ?? []
        if workers.contains(where: { $0["service"] == name }) { return }
        for await case .events(let events) in changes
        where events.contains(where: { $0.type == "platform.worker.ready" && $0.data["service"] == name }) { return }
    }
}
