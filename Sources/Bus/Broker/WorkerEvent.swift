import JSON

/// A worker came or went: what subscribers of `bus.worker` hear.
struct WorkerEvent: Sendable, Hashable {
    /// Why it went; nil when it came.
    var reason: String?
    var service: String
    /// Names the worker as long as it lives.
    var worker: String
    var credits: Int
    /// What it said of itself.
    var announcement: JSONValue?

    static let topic = "bus.worker"

    var type: String { reason == nil ? "platform.worker.ready" : "platform.worker.gone" }

    var data: JSONValue {
        var members: JSONObject = [
            "service": .string(service), "worker": .string(worker), "credits": JSONValue(credits),
        ]
        members["announcement"] = announcement
        members["reason"] = reason.map { .string($0) }
        return .object(members)
    }
}
