/// A job as those who submitted it see it: when it is durable, and how it ends.
public final class JobHandle: Sendable {
    public let id: String
    let acceptance = Promise<JobStatus>()
    let ending = Promise<JobOutcome>()

    init(id: String) {
        self.id = id
    }

    /// Returns when the job is durable, with its status: `running`, or `queued` when it waits for its turn.
    ///
    /// - Throws: ``JobRefusal`` when the job is not taken; what else the store threw; `CancellationError` when the
    ///   waiting task is cancelled.
    public var whenAccepted: JobStatus {
        get async throws { try await acceptance.value }
    }

    /// Returns when the job has ended. Cancelling the waiting task does not cancel the job.
    ///
    /// - Throws: as ``whenAccepted`` when the job is not taken; ``JobRefusal/shuttingDown`` when this process ends before
    ///   the job does; ``JobElsewhere`` when the job goes on at another job-control; `CancellationError` when the waiting
    ///   task is cancelled.
    public var whenEnded: JobOutcome {
        get async throws { try await ending.value }
    }

    /// Whether the job is known to be durable.
    var isAccepted: Bool { acceptance.valueNow != nil }

    func fail(_ error: any Error) {
        acceptance.fulfil(.failure(error))
        ending.fulfil(.failure(error))
    }
}
