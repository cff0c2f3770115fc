/// The last entry of a job after which nothing more comes by itself: the job has ended, or is paused.
///
/// Whoever watches such a job notices nothing when its event was lost on the way: no later one shows the gap.
public struct LastEntry: Sendable, Hashable {
    /// The id of the job.
    public var job: String
    public var entry: JobEntry

    public init(job: String, _ entry: JobEntry) {
        self.job = job
        self.entry = entry
    }
}
