import JSON

/// All that a job does to others: it looks for services, calls them, and reads and writes its state document.
///
/// What fails throws a ``TaskFailure`` with a sentence and what that request has done all the same.
/// `CancellationError` says that the request was cut off: nothing is known of it.
protocol JobPartners: Sendable {
    /// The service of a task, with what it says of itself.
    func find(_ task: JobTask) async throws -> ServiceTarget

    /// Asks a task's service; answers a success.
    func call(_ call: TaskCall, for job: String) async throws -> TaskResult

    /// Makes a state document, or merges into one; the version that a merge made, where that is known.
    func prepare(_ preparation: StatePreparation, for job: String) async throws -> Int?

    /// The content of a state document; empty when there is no such document.
    func readState(_ id: String) async throws -> JSONValue

    /// Writes one value into a state document, and once only for each key; the version that made, where that is known.
    func write(_ change: StateChange, to id: String, for job: String, key: String) async throws -> Int?

    /// Puts a state document back to a version; 0 for before it was made.
    func restoreState(_ id: String, to version: Int, for job: String) async throws

    /// What undoing a request would do now.
    func inspect(_ requestID: String, at target: ServiceTarget) async throws -> RequestGrade
}
