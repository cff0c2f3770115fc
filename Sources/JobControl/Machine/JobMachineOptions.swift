extension JobMachine {
    /// What holds for every job, whatever its document says.
    public struct Options: Sendable {
        /// How many tasks of a step are under way at once.
        public var tasksAtOnce: Int
        /// When a revert that failed is sent again.
        public var reverts: RetryPolicy

        public init(tasksAtOnce: Int = 256, reverts: RetryPolicy = .reverts) {
            self.tasksAtOnce = tasksAtOnce
            self.reverts = reverts
        }
    }
}

extension RetryPolicy {
    /// Reverts have longer than calls: what they put back is worth waiting for, and nobody waits for an answer.
    public static let reverts = RetryPolicy(
        attempts: 8,
        delay: .milliseconds(500),
        backoff: .exponential(factor: 2, max: .seconds(30))
    )
}
