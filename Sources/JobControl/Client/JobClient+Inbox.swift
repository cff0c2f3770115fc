import Bus
public import JSON

/// What reverts left behind, and a person must settle.
extension JobClient {
    /// One revert that was refused for good.
    public struct InboxItem: Sendable, Hashable {
        /// `<jobId>.<step>.<task>`.
        public var id: String
        public var jobID: String
        public var step: String?
        public var task: String?
        public var tag: String?
        public var service: String?
        public var error: String?
        /// An RFC 3339 time.
        public var since: String?
        public var attempts: Int?
        /// The item as it came.
        public var json: JSONValue

        init?(_ json: JSONValue) {
            guard let id = json["id"]?.stringValue else { return nil }
            self.id = id
            jobID = json["jobId"]?.stringValue ?? ""
            step = json["step"].flatMap(JobClient.text)
            task = json["name"]?.stringValue ?? json["task"].flatMap(JobClient.text)
            tag = json["tag"]?.stringValue
            service = json["service"]?.stringValue
            error = json["error"]?.stringValue
            since = json["since"]?.stringValue
            attempts = json["attempts"]?.intValue
            self.json = json
        }
    }

    /// What a person decides about an item.
    public enum InboxAction: String, Sendable, Hashable {
        /// Sends the revert again.
        case retry
        /// Takes what is left as it is.
        case dismiss
    }

    /// A page of the inbox, oldest first.
    public func inbox(
        limit: Int? = nil,
        after cursor: String? = nil,
        within timeout: Duration = .seconds(30)
    ) async throws -> Page<InboxItem> {
        try await page("inbox", Self.pageAnnotations(limit, cursor), within: timeout) { InboxItem($0) }
    }

    /// Settles an item: sends its revert again, or dismisses it.
    public func settle(
        _ itemID: String,
        _ action: InboxAction,
        note: String? = nil,
        within timeout: Duration = .seconds(30)
    ) async throws -> JobStanding {
        var body: JSONObject = ["action": .string(action.rawValue)]
        if let note { body["note"] = .string(note) }
        let bytes = JSONValue.object(body).serialized()
        return try await steer("settle", [Annotations.id: itemID], body: bytes, within: timeout)
    }
}
