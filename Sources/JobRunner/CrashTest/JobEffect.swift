import JSON

/// A task of a job that changes something, as the job's journal and then its service tell of it.
struct JobEffect: Hashable, Sendable {
    /// `step/task`, by names where they have some.
    var label: String
    var service: String
    var requestID: String
    /// Whether the service may be asked what became of the request.
    var canBeInspected: Bool
    /// Whether what it did is there, as far as the journal knows.
    var isThere = false

    /// The tasks of a job that were sent and may have changed something, in the order of their first sending.
    static func all(in history: [JSONValue]) -> [JobEffect] {
        var order: [String] = []
        var effects: [String: JobEffect] = [:]
        for entry in history {
            guard let data = entry["data"], let step = data["step"], let task = data["task"] else { continue }
            let key = "\(step)/\(task)"
            switch entry["type"]?.stringValue {
            case "task.started":
                guard data["contract"]?["safe"]?.boolValue != true, let effect = JobEffect(data, key) else { continue }
                if effects[key] == nil { order.append(key) }
                effects[key] = effect
            case "task.completed": effects[key]?.isThere = true
            case "task.failed": effects[key]?.isThere = data["effect"]?.stringValue == "unknown"
            case "task.reverted": effects[key]?.isThere = false
            default: continue
            }
        }
        return order.compactMap { effects[$0] }
    }

    /// Takes what the service says in the place of what the journal says.
    mutating func take(grade: String) {
        switch grade {
        case "reversible", "irreversible", "changed": isThere = true
        case "undone", "unknown": isThere = false
        default: break
        }
    }
}

extension JobEffect {
    /// Of the facts of a task that is sent; nil where they do not name the request.
    private init?(_ data: JSONValue, _ key: String) {
        guard let service = data["service"]?.stringValue, let requestID = data["requestId"]?.stringValue else {
            return nil
        }
        label = data["name"]?.stringValue ?? "\(key) \(data["tag"]?.stringValue ?? service)"
        self.service = service
        self.requestID = requestID
        canBeInspected = data["registryID"] == nil
    }
}
