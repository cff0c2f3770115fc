import Bus
import JSON
import Scratch

/// Reads at the end of a run what the services have kept.
struct JobStoresReader: Sendable {
    /// How many are asked for at once.
    private static let window = 32

    let bus: BusClient
    let customer: PatientCustomer

    /// What the engines hold.
    func stock() async throws -> JobVerdict.Stock {
        var stock = JobVerdict.Stock()
        stock.add(persons: try await resources("person"))
        stock.add(todos: try await resources("todo"))
        return stock
    }

    /// The status of every job.
    func statuses() async throws -> [String: String] {
        var statuses: [String: String] = [:]
        var cursor: String?
        repeat {
            var annotations: Annotations = ["limit": "5000", "order": "asc"]
            annotations["cursor"] = cursor
            let reply = try await ask("job-control", "list", annotations)
            for row in try reply.json().arrayValue ?? [] {
                guard let id = row["id"]?.stringValue ?? row["jobId"]?.stringValue else { continue }
                statuses[id] = row["status"]?.stringValue
            }
            cursor = reply.annotations["link"].flatMap(Self.cursor)
        } while cursor != nil
        return statuses
    }

    /// The entries of a job's journal; those of an unknown job are none.
    func history(of id: String) async throws -> [JSONValue] {
        var entries: [JSONValue] = []
        while true {
            let since = entries.last?["sequence"]?.description ?? "0"
            let reply = try await ask("job-control", "history", [Annotations.id: id, "since": since])
            let answer = try reply.json()
            let page = answer["entries"]?.arrayValue ?? []
            entries += page
            if page.isEmpty || answer["more"]?.boolValue != true { return entries }
        }
    }

    /// A state document; nil when there is none.
    func state(_ id: String) async throws -> JSONValue? {
        let reply = try await ask("shared-state", "read", [Annotations.id: id])
        return reply.status.isSuccess ? try reply.json() : nil
    }

    /// Reads something of each, some at a time.
    func each<Key: Hashable & Sendable, Value: Sendable>(
        of keys: [Key],
        _ read: @escaping @Sendable (Key) async throws -> Value
    ) async throws -> [Key: Value] {
        try await withThrowingTaskGroup(of: (Key, Value).self) { group in
            var rest = keys[...]
            var values: [Key: Value] = [:]
            for key in rest.prefix(Self.window) { group.addTask { (key, try await read(key)) } }
            rest = rest.dropFirst(Self.window)
            for try await (key, value) in group {
                values[key] = value
                if let next = rest.popFirst() { group.addTask { (next, try await read(next)) } }
            }
            return values
        }
    }

    private func resources(_ type: String) async throws -> [JSONValue] {
        let body: JSONValue = ["command": "list", "resource": .string(type)]
        let reply = try await ask(type, "execute", body: body.serialized())
        guard let list = try reply.json()["result"]?.arrayValue else {
            throw ChaosError("\(type) does not list what it holds: \(reply.status)")
        }
        return list
    }

    private func ask(
        _ service: String,
        _ operation: String,
        _ annotations: Annotations = [:],
        body: [UInt8] = []
    ) async throws -> Reply {
        try await customer.untilAnswered {
            let reply = try await bus.request(
                service,
                operation,
                body: body,
                annotations: annotations,
                repeatable: true
            )
            // It is there, but cannot for now: its database has just come back.
            guard reply.status.rawValue < 500 else {
                throw Problem(reply.status, "\(service) answered '\(operation)' with the status \(reply.status)")
            }
            return reply
        }
    }

    /// `<…?limit=5000&cursor=ID&order=asc>; rel="next"`.
    private static func cursor(inLink link: String) -> String? {
        guard let end = link.firstIndex(of: ">"), let query = link[..<end].split(separator: "?").last else {
            return nil
        }
        return query.split(separator: "&").first { $0.hasPrefix("cursor=") }.map { String($0.dropFirst(7)) }
    }
}
