import Bus
import JSON
import JobControl
import Synchronization
import UnixSignals

/// Watches one job by its events until it has ended or somebody presses Ctrl-C.
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
    /// Whether the first Ctrl-C cancels the job, and only the second leaves it.
    var cancelsOnInterrupt = false
    /// Shows only what happened since the last event of this type, such as `undo.started`; nil shows everything.
    var shownSince: String?

    func follow(_ jobID: String) async throws -> Ending {
        try await withThrowingTaskGroup(of: Ending.self) { group in
            let (beginnings, begun) = AsyncStream<Void>.makeStream()
            let cancellation = Cancellation()
            group.addTask { .ended(try await watch(jobID, begun)) }
            group.addTask { try await missTheBeginning(of: jobID, beginnings) }
            group.addTask { try await interruption(of: jobID, cancellation) }
            defer { group.cancelAll() }
            var ending = try await group.next()
            while case .begun? = ending { ending = try await group.next() }
            switch ending {
            case .ended(let progress):
                return cancellation.wasAsked && progress.state != .completed ? .interrupted : .ended(progress)
            default:
                Console.error("\nThe job goes on. `job-runner watch \(jobID)` shows it again.")
                return .interrupted
            }
        }
    }

    /// Returns at the Ctrl-C that leaves the job.
    private func interruption(of jobID: String, _ cancellation: Cancellation) async throws -> Ending {
        for await _ in await UnixSignalsSequence(trapping: .sigint, .sigterm) {
            guard cancelsOnInterrupt, cancellation.ask() else { return .interrupted }
            await cancel(jobID)
        }
        throw CancellationError()
    }

    private func cancel(_ jobID: String) async {
        Console.error("\nThe job is being cancelled; Ctrl-C again leaves it to end alone.")
        session.traffic.note("job-control cancel", jobID)
        do {
            _ = try await session.jobs.cancel(jobID, because: "interrupted")
        } catch let problem as Problem where problem.status == .conflict {
            // It has ended meanwhile; its last event says how.
        } catch {
            Console.error("job-runner: the job could not be cancelled: \(error)")
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
        var isFirst = true
        try await session.link.follow(jobID) { events in
            begun.yield()
            for event in events { progress.apply(event) }
            view.show(isFirst ? shown(of: events) : events, progress)
            isFirst = false
        }
        return progress
    }

    private func shown(of events: [Event]) -> [Event] {
        guard let shownSince, let start = events.lastIndex(where: { $0.type == "platform." + shownSince }) else {
            return events
        }
        return Array(events[start...])
    }
}

/// Whether Ctrl-C was turned into a cancellation of the job.
private final class Cancellation: Sendable {
    private let asked = Mutex(false)

    var wasAsked: Bool { asked.withLock { $0 } }

    /// True the first time.
    func ask() -> Bool {
        asked.withLock { asked in
            defer { asked = true }
            return !asked
        }
    }
}
