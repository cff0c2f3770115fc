/// When a task that failed is sent again, and after how long: `retry` of a job document, in the words of the
/// Serverless Workflow DSL.
public struct RetryPolicy: Sendable, Hashable {
    /// How the delay grows from one attempt to the next.
    public enum Backoff: Sendable, Hashable {
        /// The same delay each time.
        case constant
        /// The delay times `factor` each time, up to `max`.
        case exponential(factor: Double, max: Duration?)
        /// `increment` more each time.
        case linear(increment: Duration)
    }

    /// How often the task is sent, the first time included. Default: 3 where nothing else limits the attempts.
    public var attempts: Int?
    /// How long after its start a task may be sent again; nil for as long as the attempts last.
    public var duration: Duration?
    /// How long to wait before the second attempt.
    public var delay: Duration
    public var backoff: Backoff
    /// A time between these two is added to every delay.
    public var jitter: ClosedRange<Duration>?
    /// The answers after which it is sent again; nil where ``errors`` are named, or all that may pass.
    public var statuses: [Int]?
    /// The failures without an answer after which it is sent again.
    public var errors: [TaskFailure.Kind]?

    /// The longest delay that is ever waited, whatever grows: a day.
    private static let longestDelay = Duration.seconds(86_400)

    public init(
        attempts: Int? = nil,
        duration: Duration? = nil,
        delay: Duration = .milliseconds(200),
        backoff: Backoff = .constant,
        jitter: ClosedRange<Duration>? = nil,
        statuses: [Int]? = nil,
        errors: [TaskFailure.Kind]? = nil
    ) {
        self.attempts = attempts
        self.duration = duration
        self.delay = delay
        self.backoff = backoff
        self.jitter = jitter
        self.statuses = statuses
        self.errors = errors
    }

    /// What holds where a document has no `retry`, for services whose contract allows it: sent again twice at most.
    static let byContract = RetryPolicy(attempts: 3, backoff: .exponential(factor: 2, max: nil))

    /// Statuses that may pass: too early, too much, not there for now.
    static let passing = [408, 429, 502, 503, 504]

    /// How often a task is sent at most.
    var attemptLimit: Int { attempts ?? (duration == nil ? 3 : .max) }

    /// Whether a task that failed like that is worth another attempt.
    func covers(_ failure: TaskFailure) -> Bool {
        // The service has done its work: asking again does not make the result usable.
        guard failure.effect != .done else { return false }
        if let errors, let kind = failure.kind, errors.contains(kind) { return true }
        if let statuses { return failure.status.map(statuses.contains) ?? false }
        guard errors == nil else { return false }
        return failure.status.map(Self.passing.contains) ?? (failure.kind != nil)
    }

    /// How long to wait before another attempt.
    ///
    /// - Parameters:
    ///   - attempt: the number of the attempt that failed, from 1.
    ///   - chance: 0 ..< 1, for the jitter.
    func pause(after attempt: Int, chance: Double) -> Duration {
        let base = Double(delay.milliseconds)
        var milliseconds =
            switch backoff {
            case .constant: base
            case .linear(let increment): base + Double(increment.milliseconds) * Double(attempt - 1)
            case .exponential(let factor, _): base * Self.power(factor, attempt - 1)
            }
        if case .exponential(_, let max?) = backoff { milliseconds = min(milliseconds, Double(max.milliseconds)) }
        if let jitter {
            let (from, to) = (Double(jitter.lowerBound.milliseconds), Double(jitter.upperBound.milliseconds))
            milliseconds += from + (to - from) * chance
        }
        return .milliseconds(Int64(min(milliseconds, Double(Self.longestDelay.milliseconds))))
    }

    /// By hand, as `pow` would make every user link libm; stops where it is beyond any delay.
    private static func power(_ factor: Double, _ exponent: Int) -> Double {
        var result = 1.0
        for _ in 0..<exponent where result < 1e12 { result *= factor }
        return result
    }
}
