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
    }

    let session: Session
    let output: OutputFormat

    func follow(_ jobID: String) async throws -> Ending {
        try await withThrowingTaskGroup(of: Ending.self) { group in
            group.addTask { .ended(try await watch(jobID)) }
            group.addTask {
                for await _ in await UnixSignalsSequence(trapping: .sigint, .sigterm) { return .interrupted }
                throw CancellationError()
            }
            defer { group.cancelAll() }
            guard let ending = try await group.next() else { return .interrupted }
            if case .interrupted = ending {
                Console.error("\nThe job goes on. `job-runner watch \(jobID)` shows it again.")
            }
            return ending
        }
    }

    private func watch(_ jobID: String) async throws -> JobProgress {
        var progress = JobProgress(jobID: jobID)
        var view = output.makeView()
        session.traffic.note("subscription", "job.\(jobID)")
        let batches = session.events.events(of: "job.\(jobID)") { [session] after in
            session.traffic.note("job-control events", "\(jobID) after \(after)")
            return try await session.jobs.events(of: jobID, after: after).events
        }
        for try await events in batches {
            for event in events { progress.apply(event) }
            view.show(events, progress)
            if progress.hasEnded { break }
        }
        return progress
    }
}
