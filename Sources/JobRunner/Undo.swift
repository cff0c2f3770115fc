import ArgumentParser
import JSON
import JobControl

/// Undoes a job that has ended: shows the plan, asks, and follows the reverts.
struct Undo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Undoes a job that has ended: shows the plan, asks, and follows the reverts to their end.",
        discussion: """
            Every task that had an effect is reverted, the one that ended last first, and the state document is put back. \
            The grade of a task says whether that is possible: `reversible`, `irreversible`, `undone` already, `changed` \
            since by a later job, or `unknown`. Without a terminal --yes is needed.

            Exit status: 0 everything is undone, 1 something is left (`job-runner inbox` shows it), the plan needs \
            --force, or the answer was no.
            """
    )

    @OptionGroup var job: JobArguments
    @Option(help: "Down to this step, by its name or index (from 0). (default: all of the job)")
    var to: String?
    @Flag(help: "Also when tasks cannot be put back, or would overwrite what later jobs changed.")
    var force = false
    @Flag(help: "Do not ask.")
    var yes = false
    @Flag(help: "Show the plan and change nothing.")
    var plan = false

    func run() async throws {
        let exit = try await job.connection.ask { [self] session in
            try await show(in: session)
            if plan { return ExitCode.success }
            return try await undo(in: session)
        }
        throw exit
    }

    private func show(in session: Session) async throws {
        session.traffic.note("job-control undo-plan", job.jobID)
        let report = UndoReport(plan: try await session.jobs.undoPlan(of: job.jobID, to: to))
        switch job.output {
        case .text: Console.output([report.title] + (report.plan.tasks.isEmpty ? [] : report.table.lines))
        case .json: Console.output(report.plan.json.serialized(pretty: true))
        }
        if plan { return }
        if !force, let obstacle = report.obstacle { throw RunnerFailure.refused(obstacle) }
        if yes { return }
        guard Console.canAsk else { throw RunnerFailure.usage("nobody can be asked here: --yes undoes it unasked") }
        let answer = Console.ask("Undo it? [y/N] ")
        guard UndoReport.isYes(answer) else { throw RunnerFailure.refused("nothing was undone") }
    }

    private func undo(in session: Session) async throws -> ExitCode {
        session.traffic.note("job-control undo", job.jobID)
        _ = try await session.jobs.undo(job.jobID, to: to, force: force)
        // The wish is durable, so what the follower reads first has `undo.started` in it.
        let follower = JobFollower(session: session, output: job.output, shownSince: "undo.started")
        guard case .ended(let progress) = try await follower.follow(job.jobID) else { return RunnerExit.interrupted }
        return progress.isUndone ? .success : RunnerExit.failed
    }
}
