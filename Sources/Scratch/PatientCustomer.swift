public import Bus
public import JSON
public import JobControl

/// Submits jobs and follows them to their ends, whoever dies meanwhile.
///
/// A submission without an answer is repeated with the same `jobId`, so that it is one job. What was seen of a job is
/// known by its sequence, so that following goes on where it was cut off.
public struct PatientCustomer: Sendable {
    private static let pauses = (first: Duration.milliseconds(20), longest: Duration.milliseconds(500))

    private let jobs: JobClient
    private let events: EventSubscriber
    private let patience: Duration

    /// - Parameter patience: how long one answer of job-control may take.
    public init(_ jobs: JobClient, _ events: EventSubscriber, patience: Duration = .seconds(5)) {
        self.jobs = jobs
        self.events = events
        self.patience = patience
    }

    /// Submits a document that has a `jobId` until it is accepted.
    ///
    /// - Throws: a `Problem` when job-control says no for good; `CancellationError`.
    @discardableResult
    public func submit(_ document: JSONValue) async throws -> JobSubmission {
        try await untilAnswered(within: nil) { try await jobs.submit(document, within: patience) }
    }

    /// Shows a job's events from the first to the one that ends it, in batches; tells how often it was cut off.
    ///
    /// - Throws: `BusError.Code.eventsMissing` when something was published that the journal does not have;
    ///   what `show` throws; `CancellationError`.
    public func follow(_ id: String, _ show: ([Event]) throws -> Void) async throws -> Int {
        var last: UInt64 = 0
        var interruptions = 0
        var pause = Self.pauses.first
        while true {
            do {
                for try await batch in stream(id, after: last) {
                    pause = Self.pauses.first
                    last = batch.last?.sequence ?? last
                    try show(batch)
                    if batch.contains(where: \.endsAJob) { return interruptions }
                }
                try Task.checkCancellation()
            } catch let error as BusError where error.code != .eventsMissing {
                try Task.checkCancellation()
            } catch let problem as Problem where problem.isPassing {
                try Task.checkCancellation()
            }
            interruptions += 1
            try await Task.sleep(for: pause)
            pause = min(pause * 2, Self.pauses.longest)
        }
    }

    /// Asks until there is an answer.
    ///
    /// - Parameter limit: after how long the next refusal is thrown; nil for never.
    public func untilAnswered<R: Sendable>(
        within limit: Duration? = .seconds(60),
        _ question: () async throws -> R
    ) async throws -> R {
        let end = limit.map { ContinuousClock.now + $0 }
        var pause = Self.pauses.first
        while true {
            do {
                return try await question()
            } catch let error as BusError where error.code != .protocolViolation && error.code != .tooLarge {
                if let end, .now >= end { throw error }
            } catch let problem as Problem where problem.isPassing {
                if let end, .now >= end { throw problem }
            }
            try Task.checkCancellation()
            try await Task.sleep(for: pause)
            pause = min(pause * 2, Self.pauses.longest)
        }
    }

    private func stream(_ id: String, after last: UInt64) -> AsyncThrowingStream<[Event], any Error> {
        events.events(of: JobEntry.topic(of: id), after: last) { [jobs, patience] after in
            try await jobs.events(of: id, after: after, within: patience).events
        }
    }
}

extension Problem {
    /// Whether the same question may be answered well later.
    fileprivate var isPassing: Bool { status.rawValue >= 500 || status == .tooManyRequests }
}

extension Event {
    /// Whether nothing follows it by itself.
    public var endsAJob: Bool {
        let prefix = "platform."
        guard type.hasPrefix(prefix) else { return false }
        return JobEntryType(rawValue: String(type.dropFirst(prefix.count)))?.endsTheJob ?? false
    }
}
