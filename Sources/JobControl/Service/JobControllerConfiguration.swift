extension JobController {
    /// How much is done at once, and how long others may take.
    public struct Configuration: Sendable {
        /// How many jobs run at once; others wait. Default: 1,024.
        public var runningLimit = 1_024
        /// How many jobs wait for their turn; more are refused with 429. Default: 10,000.
        public var waitingLimit = 10_000
        /// How many tasks of one step are under way at once. Default: 256.
        public var tasksAtOnce = 256
        /// How many tasks of one service are under way at once, over all jobs; more wait. Default: 1,024.
        public var tasksPerService = 1_024
        /// How long a service may take for one task, its waiting time at the broker included. Default: 60 seconds.
        public var taskTimeout: Duration = .seconds(60)
        /// How long shared-state may take for one request. Default: 10 seconds.
        public var stateTimeout: Duration = .seconds(10)
        /// How long a job is kept after its end; nil keeps it for ever. Default: 30 days.
        public var retentionAge: Duration? = .seconds(30 * 86_400)
        /// How many of the newest jobs are kept; nil keeps all. What has not ended, or left reverts undone, is always
        /// kept. Default: 1,000,000.
        public var retentionCount: Int? = 1_000_000
        /// How long a job-control that is not heard of is taken for alive, where several share a store; then others go on
        /// with its jobs. It is heard of three times as often. Default: 15 seconds.
        public var lease: Duration = .seconds(15)
        /// How long jobs that go on after a restart wait for services that are not back yet. Default: 15 seconds.
        public var recoveryPatience: Duration = .seconds(15)

        /// When a revert that failed is sent again; reverts have longer than calls. Default: 8 attempts, 0.5 seconds
        /// between the first two, doubled up to 30 seconds.
        public var revertRetry: RetryPolicy = .reverts

        public init() {}

        var machine: JobMachine.Options { JobMachine.Options(tasksAtOnce: tasksAtOnce, reverts: revertRetry) }
    }
}
