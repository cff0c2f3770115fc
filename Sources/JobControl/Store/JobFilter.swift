import Bus

/// What `GET /filter` looks for: every given text must be a substring (case counts) of its member.
///
/// A member that a job does not have, such as `completedAt` of a running job, matches nothing.
public struct JobFilter: Sendable, Hashable {
    public var name: String?
    public var status: String?
    public var createdAt: String?
    public var completedAt: String?

    public init(name: String? = nil, status: String? = nil, createdAt: String? = nil, completedAt: String? = nil) {
        self.name = name
        self.status = status
        self.createdAt = createdAt
        self.completedAt = completedAt
    }

    /// Whether all that is asked for holds for this job.
    public func matches(_ record: JobRecord) -> Bool {
        Self.found(name, in: record.name)
            && Self.found(status, in: record.status.rawValue)
            && Self.found(createdAt, in: record.createdAt.description)
            && Self.found(completedAt, in: record.completedAt?.description)
    }

    private static func found(_ text: String?, in value: @autoclosure () -> String?) -> Bool {
        guard let text, !text.isEmpty else { return true }
        return value()?.contains(text) ?? false
    }
}
