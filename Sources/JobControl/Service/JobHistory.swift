import Bus
import JSON

/// A part of a job's whole journal, with what was sent and what was answered, for people: the audit log.
struct JobHistory: Sendable {
    /// How many entries one answer holds at most, and when nobody says.
    static let largestLimit = 5_000
    static let defaultLimit = 1_000
    /// The longest text of an answer, but for one entry: 4 MiB.
    private static let largestSize = 4 << 20
    /// The longest input or result that is shown: 256 KiB.
    private static let payloadLimit = 256 << 10
    /// How many entries are read at once.
    private static let chunk = 200

    let store: any JobStore
    let secrets: ServiceSecrets

    /// Up to `limit` entries after `sequence`.
    func json(of record: JobRecord, after sequence: UInt64, limit: Int) async throws -> JSONValue {
        var entries: [JSONValue] = []
        var size = 0
        var last = sequence
        let document = try await document(of: record)
        while true {
            let chunk = try await store.entries(of: record.id, after: last, limit: Self.chunk)
            for entry in chunk {
                let shown = await self.shown(entry, document)
                size += shown.serialized().count
                guard entries.isEmpty || entries.count < limit && size <= Self.largestSize else {
                    return Self.answer(record, entries, hasMore: true)
                }
                entries.append(shown)
                last = entry.sequence
            }
            if chunk.count < Self.chunk { break }
        }
        return Self.answer(record, entries, hasMore: false)
    }

    private func document(of record: JobRecord) async throws -> JobDocument? {
        try await store.document(record.id).flatMap { try? JobDocument(parsing: $0) }
    }

    private func shown(_ entry: JobEntry, _ document: JobDocument?) async -> JSONValue {
        var entry = entry
        if let payload = entry.payload ?? Self.input(of: entry, document) {
            entry.payload = SizeLimit.applied(to: await redacted(payload, of: entry), Self.payloadLimit)
        }
        return entry.json
    }

    /// An input that nothing of the state document went into is in the document only.
    private static func input(of entry: JobEntry, _ document: JobDocument?) -> JSONValue? {
        guard entry.type == .taskStarted, let document,
            let step = entry.data["step"]?.intValue, document.steps.indices.contains(step),
            let task = entry.data["task"]?.intValue, document.steps[step].tasks.indices.contains(task)
        else { return nil }
        return .object(document.steps[step].tasks[task].input)
    }

    private func redacted(_ payload: JSONValue, of entry: JobEntry) async -> JSONValue {
        // HTTP services have no contract that says what is secret.
        guard let service = entry.data["service"]?.stringValue, entry.data["registryID"]?.stringValue == nil else {
            return payload
        }
        return Redaction.redacted(payload, hiding: await secrets.names(of: service))
    }

    private static func answer(_ record: JobRecord, _ entries: [JSONValue], hasMore: Bool) -> JSONValue {
        var answer: JSONObject = ["jobId": .string(record.id), "status": .string(record.status.rawValue)]
        answer["documentHash"] = .string(record.documentHash)
        if let parent = record.parent { answer["parent"] = .string(parent) }
        answer["more"] = .bool(hasMore)
        answer["entries"] = .array(entries)
        return .object(answer)
    }
}
