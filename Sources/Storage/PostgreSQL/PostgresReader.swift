import Foundation

/// What each reading lane does: one read at a time, again on a new connection when one is lost.
struct PostgresReader: Sendable {
    private let address: PostgresAddress
    private let settings: PostgresDatabase.Configuration
    private let queue: LaneQueue<QueuedPostgresRead>

    init(
        _ address: PostgresAddress,
        _ settings: PostgresDatabase.Configuration,
        queue: LaneQueue<QueuedPostgresRead>
    ) {
        self.address = address
        self.settings = settings
        self.queue = queue
    }

    /// Reads until the queue is closed and empty. Blocks its thread.
    func run() {
        var lane = PostgresLane(address, settings, isClosing: { [queue] in queue.isClosed })
        while let read = queue.next({ _ in 1 })?.first {
            let deadline = ContinuousClock.now + settings.patience
            do {
                let settle = try perform(read, in: &lane, until: deadline)
                settle()
            } catch {
                read.fail(error)
            }
        }
    }

    private func perform(
        _ read: QueuedPostgresRead,
        in lane: inout PostgresLane,
        until deadline: ContinuousClock.Instant
    ) throws -> @Sendable () -> Void {
        while true {
            let connection = try lane.connected(until: deadline)
            let transaction = PostgresTransaction(on: connection, within: settings.answerTimeout)
            if read.isSnapshot { transaction.ask(PostgresSQL.beginReading) }
            let outcome = Result { try read.perform(transaction) }
            do throws(PostgresLoss) {
                if case .lost(let loss) = transaction.failure { throw loss }
                if read.isSnapshot {
                    _ = try connection.run([PostgresCommand(sql: PostgresSQL.rollback)], within: settings.answerTimeout)
                }
            } catch {
                lane.lose()
                guard ContinuousClock.now < deadline else { throw StorageError.unavailable(address, error) }
                continue
            }
            if case .refused = transaction.failure, let failure = transaction.failure {
                throw failure.error(at: address)
            }
            return try outcome.get()
        }
    }
}
