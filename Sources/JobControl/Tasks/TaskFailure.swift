/// Why a task failed.
public struct TaskFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of failure it is where there is no answer of the service; the `errors` that a `retry` may name.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// No answer came in time.
        case timeout
        /// The worker that had the request died.
        case workerLost = "worker-lost"
        /// Nobody offers the service now.
        case noWorker = "no-worker"
        /// Too much waits for the service.
        case overloaded
        /// No broker could be reached.
        case unreachable
    }

    /// One sentence.
    public var message: String
    /// What the service answered, where it did.
    public var status: Int?
    /// What the task has done all the same.
    public var effect: TaskEffect
    /// Nil where the service answered, and where the failure is not the service's.
    public var kind: Kind?
    /// How long to wait before asking again, as the service or the broker said.
    public var retryAfter: Duration?
    /// The version that the state document got by the first of this task's writes, where some were made.
    public var stateVersion: Int?
    /// A stable word for programs, such as `outcome-unknown`.
    public var code: String?

    public init(
        _ message: String,
        status: Int? = nil,
        effect: TaskEffect,
        kind: Kind? = nil,
        retryAfter: Duration? = nil
    ) {
        self.message = message
        self.status = status
        self.effect = effect
        self.kind = kind
        self.retryAfter = retryAfter
    }

    public var description: String { message }

    /// A call that may have been carried out, of a service that cannot be asked again without doing it twice.
    static func outcomeUnknown(of service: String, because reason: String) -> TaskFailure {
        var failure = TaskFailure(
            """
            The outcome is unknown: \(reason), and \(service) has no repeat and no contract that says idempotent, \
            so it was not asked again
            """,
            effect: .unknown
        )
        failure.code = "outcome-unknown"
        return failure
    }
}
