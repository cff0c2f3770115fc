/// How a job left its driver.
enum JobRun: Sendable {
    case ended(JobOutcome)
    /// It is paused and nothing of it runs: it needs no place, and nobody has to hold it, until a person lets it go on.
    case parked(JobLease)
}
