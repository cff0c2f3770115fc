import ArgumentParser
import Bus

/// How `job-runner` ends, as scripts see it.
enum RunnerExit {
    /// The job ended well.
    static let completed = ExitCode.success
    /// The job failed, was cancelled or undone, or its status does not allow what was asked.
    static let failed = ExitCode(1)
    /// The command line, a file or the job document is not usable; nothing was run.
    static let usage = ExitCode(2)
    /// The platform did not answer; the message says whether the job may have been accepted.
    static let unreachable = ExitCode(3)
    /// Ctrl-C: the job goes on without a watcher (128 + SIGINT, as shells have it).
    static let interrupted = ExitCode(130)
}

/// Why the runner could not do what it was asked, with the exit status that says so.
struct RunnerFailure: Error, CustomStringConvertible {
    var exitCode: ExitCode
    var description: String

    /// Something the user wrote is not usable.
    static func usage(_ sentence: String) -> Self { Self(exitCode: RunnerExit.usage, description: sentence) }

    /// The platform did not answer.
    static func unreachable(_ sentence: String) -> Self {
        Self(exitCode: RunnerExit.unreachable, description: sentence)
    }

    /// The platform took neither a job nor a document: what was sent is not right (4xx), or it cannot now (429, 5xx).
    static func refusal(of what: String, _ problem: Problem) -> Self {
        let sentence = "the platform refused \(what): \(problem.sentence)"
        let comesLater = problem.status.rawValue >= 500 || problem.status == .tooManyRequests
        return comesLater ? .unreachable(sentence) : .usage(sentence)
    }

    /// What a platform said no to: what does not exist or is not understood is a matter of usage, what the job's status
    /// does not allow a failure, and what the platform cannot do for now is as if it were not there.
    init(_ problem: Problem) {
        let exit =
            switch problem.status.rawValue {
            case 409: RunnerExit.failed
            case ..<500 where problem.status != .tooManyRequests: RunnerExit.usage
            default: RunnerExit.unreachable
            }
        self.init(exitCode: exit, description: problem.sentence)
    }

    init(exitCode: ExitCode, description: String) {
        self.exitCode = exitCode
        self.description = description
    }

    /// The platform answered, and the answer was no.
    static func refused(_ sentence: String) -> Self { Self(exitCode: RunnerExit.failed, description: sentence) }
}
