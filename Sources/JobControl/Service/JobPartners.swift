import JSON

/// All that a job does to others: it looks for services, calls them, and reads and writes its state document.
///
/// What fails throws a ``TaskFailure`` with a sentence and what that request has done all the same.
/// `CancellationError` says that this process is going down: nothing is known of the request, and the journal must
/// not say that it failed.
protocol JobPartners: Sendable {
    /// The service of a task.
    func find(_ task: JobTask) async throws -> ServiceTarget

    /// Asks a task's service; answers a success.
    func call(_ call: TaskCall) async throws -> TaskResult

    /// Makes a state document, or merges into one.
    func prepare(_ preparation: StatePreparation, for job: String) async throws

    /// The content of a state document; empty when there is no such document.
    func readState(_ id: String) async throws -> JSONValue

    /// Writes values into a state document.
    func write(_ changes: [StateChange], to id: String, for job: String) async throws
}
