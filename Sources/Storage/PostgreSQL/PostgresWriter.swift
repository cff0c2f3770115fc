import Foundation
import Synchronization

/// The one lane of a process that writes: takes all that waits and commits it together.
final class PostgresWriter: Sendable {
    private let address: PostgresAddress
    private let settings: PostgresDatabase.Configuration
    private let queue: LaneQueue<QueuedPostgresWrite>
    /// This writer among all that ever were.
    private let id = withUnsafeBytes(of: UUID().uuid) { Array($0) }
    private let counter = Atomic(0)

    init(
        _ address: PostgresAddress,
        _ settings: PostgresDatabase.Configuration,
        queue: LaneQueue<QueuedPostgresWrite>
    ) {
        self.address = address
        self.settings = settings
        self.queue = queue
    }

    /// How many groups it has committed.
    var commits: Int { counter.load(ordering: .relaxed) }

    /// Writes until the queue is closed and empty. Blocks its thread.
    func run() {
        var lane = PostgresLane(address, settings, isClosing: { [queue] in queue.isClosed })
        var number: Int64 = 0
        while let writes = queue.next(group) {
            number += 1
            for settle in perform(PostgresGroup(writes, writer: id, number: number), in: &lane) { settle() }
            counter.add(1, ordering: .relaxed)
        }
        // Who leaves without a word is forgotten after a week.
        let farewell = PostgresCommand(sql: PostgresSQL.Writer.delete, values: [.bytes(id)])
        _ = try? lane.connection?.run([farewell], within: .seconds(1))
    }

    /// How many of the first share a transaction: no more than a group may have, and no more locks.
    private func group(_ waiting: [QueuedPostgresWrite]) -> Int {
        var locks: Set<Int64> = []
        for (index, write) in waiting.prefix(settings.groupLimit).enumerated() {
            locks.formUnion(write.locks)
            if locks.count > settings.lockLimit { return index }
        }
        return settings.groupLimit
    }

    private func perform(_ group: PostgresGroup, in lane: inout PostgresLane) -> [@Sendable () -> Void] {
        var group = group
        var deadline = ContinuousClock.now + settings.patience
        while true {
            do {
                let connection = try lane.connected(until: deadline)
                switch try group.attempt(on: connection, at: address, within: settings.answerTimeout) {
                case .over(let settlements): return settlements
                case .again: continue
                case .inDoubt(let settlements, let loss):
                    lane.lose()
                    deadline = .now + settings.patience
                    guard let isCommitted = isCommitted(group.number, in: &lane, until: deadline) else {
                        return group.settlements(failingWith: StorageError.unknown(address, loss))
                    }
                    if isCommitted { return settlements }
                }
            } catch let loss as PostgresLoss {
                lane.lose()
                guard ContinuousClock.now < deadline else {
                    return fail(group, with: StorageError.unavailable(address, loss))
                }
            } catch {
                return fail(group, with: error)
            }
        }
    }

    /// Fails the group and all that wait behind it: one wait for the server is enough.
    private func fail(_ group: PostgresGroup, with error: any Error) -> [@Sendable () -> Void] {
        let behind = queue.takeAll()
        return group.settlements(failingWith: error) + behind.map { write in { write.fail(error) } }
    }

    /// Whether the commit with that number was made, as the database says; nil when it cannot be asked.
    ///
    /// The question waits for the end of the transaction, should the server be at it yet.
    private func isCommitted(
        _ number: Int64,
        in lane: inout PostgresLane,
        until deadline: ContinuousClock.Instant
    ) -> Bool? {
        let question = PostgresCommand(sql: PostgresSQL.Writer.commits, values: [.bytes(id)])
        while let connection = try? lane.connected(until: deadline) {
            do throws(PostgresLoss) {
                guard case .rows(let rows) = try connection.run([question], within: settings.answerTimeout).first else {
                    return nil
                }
                return rows.first { $0.integer(0) == number }
            } catch {
                lane.lose()
                guard ContinuousClock.now < deadline else { return nil }
            }
        }
        return nil
    }
}
