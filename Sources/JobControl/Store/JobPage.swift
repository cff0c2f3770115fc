/// Which jobs of the list are wanted: so many, from one end or from a job on, of those that a filter matches.
public struct JobPage: Sendable, Hashable {
    /// From which end a list is read.
    public enum Order: String, Sendable, Hashable {
        /// In order of submission.
        case ascending = "asc"
        /// The newest first.
        case descending = "desc"
    }

    /// At most so many jobs.
    public var limit: Int
    /// The id of the job before the first one, in this order; nil begins at the end that comes first.
    public var after: String?
    public var order: Order
    public var filter: JobFilter

    public init(
        limit: Int,
        after: String? = nil,
        order: Order = .descending,
        filter: JobFilter = JobFilter()
    ) {
        self.limit = limit
        self.after = after
        self.order = order
        self.filter = filter
    }
}
