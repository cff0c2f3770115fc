/// What a person wants of a job, and the promise of an answer: made once it is in the journal.
struct SteeringRequest: Sendable {
    let command: SteeringCommand
    /// The job's status after it; a ``SteeringRefusal`` when it makes no sense now.
    let answer = Promise<JobStatus>()
}
