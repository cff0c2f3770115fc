import Bus
public import JSON

/// What a job's journal says, and why the job does not move.
extension JobClient {
    /// A part of a job's journal.
    public struct History: Sendable, Hashable {
        public var jobID: String
        /// The SHA-256 of the job document, in hex.
        public var documentHash: String?
        /// Whether there is more after the last of the entries.
        public var hasMore: Bool
        /// `{ sequence, type, time, data, payload? }`, in sequence.
        public var entries: [JSONValue]
        /// The answer as it came.
        public var json: JSONValue

        init?(_ json: JSONValue) {
            guard let jobID = json["jobId"]?.stringValue, let entries = json["entries"]?.arrayValue else { return nil }
            self.jobID = jobID
            documentHash = json["documentHash"]?.stringValue
            hasMore = json["more"]?.boolValue ?? false
            self.entries = entries
            self.json = json
        }

        /// The sequence of the last entry.
        public var lastSequence: UInt64? { entries.last?["sequence"].flatMap { UInt64($0.description) } }
    }

    /// What a job waits for.
    public struct Explanation: Sendable, Hashable {
        /// The whole of it for a person.
        public var sentence: String
        public var waitingFor: String?
        /// RFC 3339 times.
        public var since: String?
        public var nextRetryAt: String?
        /// Which job-control has the job.
        public var owner: String?
        /// The answer as it came.
        public var json: JSONValue

        init?(_ json: JSONValue) {
            guard let sentence = json["sentence"]?.stringValue else { return nil }
            self.sentence = sentence
            waitingFor = json["waitingFor"]?.stringValue
            since = json["since"]?.stringValue
            nextRetryAt = json["nextRetryAt"]?.stringValue
            owner = json["owner"]?.stringValue
            self.json = json
        }
    }

    /// A part of the journal after that sequence; 0 for its beginning.
    public func history(
        of id: String,
        after sequence: UInt64 = 0,
        limit: Int? = nil,
        within timeout: Duration = .seconds(30)
    ) async throws -> History {
        var annotations: Annotations = [Annotations.id: id, Annotations.since: String(sequence)]
        annotations[Annotations.limit] = limit.map(String.init)
        guard let history = History(try await read("history", annotations, within: timeout)) else {
            throw Self.unreadable("journal")
        }
        return history
    }

    /// Why a job is where it is.
    public func explain(_ id: String, within timeout: Duration = .seconds(30)) async throws -> Explanation {
        guard let explanation = Explanation(try await read("explain", [Annotations.id: id], within: timeout)) else {
            throw Self.unreadable("explanation")
        }
        return explanation
    }
}
