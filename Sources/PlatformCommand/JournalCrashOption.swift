import ArgumentParser
import Platform

/// Where a process with a journal ends itself: only for tests, so that it is no setting and in no file.
struct JournalCrashOption: ParsableArguments {
    @Option(
        help: """
            For tests of what a crash leaves: ends this process with SIGKILL before or after the N-th write of jobs, \
            journal:before:N or journal:after:N. (default: never)
            """,
        transform: CrashPoint.argument
    )
    var crashAt: CrashPoint?

    func validate() throws {
        guard let crashAt, crashAt.store != .journal else { return }
        throw ValidationError("--crash-at \(crashAt): job control has only journal:before:N and journal:after:N")
    }
}

extension CrashPoint {
    /// Reads what `--crash-at` was told.
    @Sendable static func argument(_ text: String) throws -> CrashPoint {
        guard let point = CrashPoint(text) else {
            throw ValidationError("'\(text)' is no point, as journal:before:7 and effect:after:1 are")
        }
        return point
    }
}
