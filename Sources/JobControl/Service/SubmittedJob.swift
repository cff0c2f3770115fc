/// The job that a submission is answered with.
enum SubmittedJob: Sendable {
    /// A job that this process runs or lets wait: a new one, or the one that was submitted before.
    case inHand(JobHandle)
    /// A job that was submitted before and has ended, or is in another job-control's hand.
    case kept(JobRecord)
}
