import Bus
import JSON
import JobControl
import UnixSignals

/// Watches one job by its events until it has ended or somebody presses Ctrl-C.
///
/// Subscribes first and asks for the past once; nothing is asked again unless events were lost on the way.
struct JobFollower: Sendable {
    enum Ending: Sendable {
        case ended(JobProgress)
        case interrupted
        /// No ending yet: the first events have come.
        case begun
    }

    /// How long the first events may take: they are there already, as the past is asked for.
    private static let patience = Duration.seconds(30)

    let session: Session
    let output: OutputFormat

    func follow(_ jobID: String) async throws -> Ending {
        try await withThrowingTaskGroup(of: Ending.self) { group in
            let (beginnings, begun) = AsyncStream<Void>.makeStream()
            group.addTask { .ended(try await watch(jobID, begun)) }
            group.addTask { try await missTheBeginning(of: jobID, beginnings) }
            group.addTask {
                for await _ in await UnixSignalsSequence(trapping: .sigint, .sigterm) { return .interrupted }
                throw CancellationError()
            }
            defer { group.cancelAll() }
            var ending = try await group.next()
            while case .begun? = ending { ending = try await group.next() }
            guard let ending else { return .interrupted }
            if case .interrupted = ending {
                Console.error("\nThe job goes on. `job-runner watch \(jobID)` shows it again.")
            }
            return ending
        }
    }

    /// Ends with an error when no event has come in time: the job is there, its events are not.
    private func missTheBeginning(of jobID: String, _ beginnings: AsyncStream<Void>) async throws -> Ending {
        try await withThrowingTaskGroup(of: Ending.self) { group in
            group.addTask {
                for await _ in beginnings { break }
                return .begun
            }
            group.addTask {
                try await ContinuousClock().sleep(for: Self.patience)
                throw RunnerFailure.unreachable(
                    """
                    job \(jobID) is there, but none of its events came within \(Self.patience); is --events right? \
                    `job-runner watch \(jobID)` shows it again
                    """
                )
            }
            defer { group.cancelAll() }
            return try await group.next() ?? .begun
        }
    }

    private func watch(_ jobID: String, _ begun: AsyncStream<Void>.Continuation) async throws -> JobProgress {
        defer { begun.finish() }
        var progress = JobProgress(jobID: jobID)
        var view = output.makeView()
        session.traffic.note("subscription", "job.\(jobID)")
        let batches = session.events.events(of: "job.\(jobID)") { [session] after in
            session.traffic.note("job-control events", "\(jobID) after \(after)")
            return try await session.jobs.events(of: jobID, after: after).events
        }
        for try await events in batches {
            begun.yield()
            for event in events { progress.apply(event) }
            view.show(events, progress)
            if progress.hasEnded { break }
        }
        return progress
    }
}
