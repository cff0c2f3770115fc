import Bus
import Logging
import Synchronization

/// Forgets old jobs in the background, a few at a time so that nobody's write waits long: once at the start, and whenever
/// so many jobs have ended.
///
/// What has not ended, or has left something that a person must settle, stays however old it is.
final class JobRetention: Sendable {
    /// How many jobs are forgotten in one write.
    static let batch = 500

    /// How long after its end a job is kept; nil keeps it for ever.
    private let age: Duration?
    /// How many of the newest jobs are kept; nil keeps all.
    private let count: Int?
    private let store: any JobStore
    private let logger: Logger
    /// How many ends let it look again.
    private let interval: Int
    private let ends = Atomic<Int>(0)
    private let signals: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation

    init(age: Duration?, count: Int?, store: any JobStore, interval: Int = 1_000, logger: Logger) {
        self.age = age
        self.count = count
        self.store = store
        self.interval = max(interval, 1)
        self.logger = logger
        // One that waits is enough: it sees all that has ended until then.
        (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Counts a job that has ended.
    func noteEnd() {
        if ends.wrappingAdd(1, ordering: .relaxed).newValue % interval == 0 { signal.yield() }
    }

    /// Works until the task is cancelled.
    func run() async {
        guard age != nil || count != nil else { return }
        signal.yield()
        for await _ in signals { await sweep() }
    }

    /// Forgets what may be forgotten now. What fails is tried again next time.
    private func sweep() async {
        do {
            var forgotten = 0
            while !Task.isCancelled {
                let removed = try await store.removeEnded(
                    olderThan: age.map { Timestamp.now + (.zero - $0) },
                    keeping: count,
                    limit: Self.batch
                )
                forgotten += removed
                if removed < Self.batch { break }
            }
            if forgotten > 0 { logger.info("old jobs forgotten", metadata: ["jobs": "\(forgotten)"]) }
        } catch {
            logger.warning("old jobs could not be forgotten", metadata: ["error": "\(error)"])
        }
    }
}
