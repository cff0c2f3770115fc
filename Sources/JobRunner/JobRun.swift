import ArgumentParser
import Bus
import Foundation
import JSON
import JobControl

/// One run: makes the state document, submits the job, follows its events, and brings the final state home.
struct JobRun: Sendable {
    let plan: RunPlan
    let settings: Settings
    let view: OutputFormat

    func run(in session: Session) async throws -> ExitCode {
        let made = try await makeState(in: session)
        let document = plan.submission(stateID: made)
        session.traffic.note("job-control submit", document.description)
        let jobID: String
        do {
            // The key lets it be asked again when a broker or a job-control dies before it has answered.
            jobID = try await session.jobs.submit(document, key: UUIDv7.make()).jobID
        } catch let problem as Problem {
            // Nothing ran: a document that was made for this job would only stand in the way of the next attempt.
            if let made, !settings.overwrite { try? await session.state.delete(made) }
            throw RunnerFailure.refusal(of: "the job", problem)
        }
        let follower = JobFollower(session: session, output: view, cancelsOnInterrupt: settings.cancelOnInterrupt)
        let ending = try await follower.follow(jobID)
        guard case .ended(let progress) = ending else { return RunnerExit.interrupted }
        try await finish(stateID: made ?? progress.stateID, in: session)
        return progress.exitCode
    }

    /// Makes the state document of the plan and answers its id.
    private func makeState(in session: Session) async throws -> String? {
        guard let new = plan.state else { return nil }
        let content = JSONValue.object(new.content)
        do {
            session.traffic.note("shared-state create", content.description)
            return try await session.state.create(id: new.id, content: content)
        } catch let problem as Problem where problem.status == .conflict {
            guard settings.overwrite, let id = new.id else {
                throw RunnerFailure.usage(
                    "the state document '\(new.id ?? "")' exists already; --overwrite replaces its content"
                )
            }
            session.traffic.note("shared-state replace", content.description)
            try await session.state.replace(id, content: content)
            return id
        } catch let problem as Problem {
            throw RunnerFailure.refusal(of: "the state document", problem)
        }
    }

    private func finish(stateID: String?, in session: Session) async throws {
        guard let stateID else { return }
        if let emit = settings.emit {
            session.traffic.note("shared-state read", stateID)
            let content = try await session.state.read(stateID).serialized(pretty: true)
            try write(content, to: emit)
        }
        if settings.cleanup {
            session.traffic.note("shared-state delete", stateID)
            try await session.state.delete(stateID)
        }
    }

    private func write(_ content: [UInt8], to emit: Settings.Emit) throws {
        switch emit {
        case .standardOutput: Console.output(content)
        case .file(let path):
            do {
                try Data(content + [UInt8(ascii: "\n")]).write(to: URL(fileURLWithPath: path))
            } catch {
                throw RunnerFailure.refused("cannot write the final state to \(path): \(error.localizedDescription)")
            }
        }
    }
}
