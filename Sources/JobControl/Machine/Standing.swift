import Bus

/// A person's word that a job stops: kept until the job has ended.
struct Cancellation: Sendable, Hashable {
    var reason: String?
    /// Whether what was done is undone.
    var reverts: Bool
}

/// A job that is held.
struct Pause: Sendable, Hashable {
    var since: Timestamp
    var reason: String?
}

/// A job that is undone after its end.
struct Undoing: Sendable, Hashable {
    /// The first step that is undone; nil for the whole job.
    var step: Int?
    /// The version that the state document is put back to; nil when that is not needed, or done.
    var version: Int?
}
