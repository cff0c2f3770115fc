import Glibc
import Logging
import Synchronization

/// Counts the writes of a store, and ends the process at one of them.
///
/// `before` counts the writes that begin, `after` those that were made: so either is reached whatever writes are refused.
final class CrashTrigger: Sendable {
    private let point: CrashPoint
    private let crash: @Sendable () throws -> Void
    private let begun = Atomic(0)
    private let made = Atomic(0)

    /// - Parameter crash: ends the process at once, with nothing put in order; a test's throws.
    init(_ point: CrashPoint, crash: @escaping @Sendable () throws -> Void = CrashTrigger.killThisProcess) {
        self.point = point
        self.crash = crash
    }

    /// Carries a write out.
    func write<R>(_ body: () async throws -> R) async throws -> R {
        let number = begun.add(1, ordering: .relaxed).newValue
        if point.moment == .before, number == point.write { try crash() }
        let result = try await body()
        let count = made.add(1, ordering: .relaxed).newValue
        if point.moment == .after, count == point.write { try crash() }
        return result
    }

    /// Says at the process's own end how many writes there were: whoever tries one point after the other knows where to
    /// stop.
    func reportUnreached(to logger: Logger) {
        logger.notice(
            "the crash point was not reached",
            metadata: ["crash-at": "\(point)", "writes": "\(made.load(ordering: .relaxed))"]
        )
    }

    @Sendable private static func killThisProcess() { kill(getpid(), SIGKILL) }
}
