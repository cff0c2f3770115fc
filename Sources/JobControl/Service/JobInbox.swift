import Bus
import JSON

/// One thing that could not be undone, as a person finds it in the inbox.
struct InboxItem: Sendable {
    let jobID: String
    let leftover: Leftover
    let facts: JSONObject

    /// `<jobId>.<step>.<task>`, or `<jobId>.state`.
    var id: String { Self.id(jobID, leftover.subject) }

    static func id(_ job: String, _ subject: Leftover.Subject) -> String {
        switch subject {
        case .task(let task): "\(job).\(task.step).\(task.task)"
        case .state: "\(job).state"
        }
    }

    /// Reads what ``id`` made; nil for anything else.
    static func subject(_ id: String) -> (job: String, Leftover.Subject)? {
        let parts = id.split(separator: ".", omittingEmptySubsequences: false)
        guard let job = parts.first, !job.isEmpty else { return nil }
        if parts.count == 2, parts[1] == "state" { return (String(job), .state) }
        guard parts.count == 3, let step = Int(parts[1]), let task = Int(parts[2]) else { return nil }
        return (String(job), .task(TaskID(step: step, task: task)))
    }

    var json: JSONValue {
        var item: JSONObject = ["id": .string(id), "jobId": .string(jobID), "step": .null, "task": .null]
        item.merge(facts)
        item["error"] = .string(leftover.error)
        item["since"] = .string(leftover.since.description)
        item["attempts"] = JSONValue(leftover.attempts)
        return .object(item)
    }
}

extension JobController {
    /// What the jobs have left behind that a person must settle, the oldest jobs first.
    ///
    /// - Parameter cursor: the last job of the page before.
    /// - Returns: about `limit` items (those of one job are never parted), and the cursor of the next page.
    func inbox(after cursor: String?, limit: Int) async throws -> (items: [InboxItem], next: String?) {
        var items: [InboxItem] = []
        var cursor = cursor
        while true {
            let records = try await journal.store.incomplete(after: cursor, limit: limit)
            for record in records {
                items += try await leftovers(of: record.id)
                cursor = record.id
                if items.count >= limit { return (items, cursor) }
            }
            if records.count < limit { return (items, nil) }
        }
    }

    private func leftovers(of id: String) async throws -> [InboxItem] {
        let state = try await journal.replay(id, options: configuration.machine).state
        return state.ledger.left.map { leftover in
            InboxItem(jobID: id, leftover: leftover, facts: Self.facts(of: leftover.subject, in: state))
        }
    }

    private static func facts(of subject: Leftover.Subject, in state: JobState) -> JSONObject {
        guard case .task(let task) = subject else { return ["state": .string(state.stateID)] }
        let declared = state.document[task]
        var facts: JSONObject = ["step": JSONValue(task.step), "task": JSONValue(task.task)]
        if let name = declared.name { facts["name"] = .string(name) }
        facts["tag"] = JSONValue(declared.tag ?? declared.serviceName)
        facts["service"] = JSONValue(state[task].run?.target.name)
        facts["requestId"] = JSONValue(state[task].run?.requestID)
        return facts
    }
}
