import Dispatch
import Foundation

/// One PostgreSQL database: a writer that commits in groups, and readers, each with a thread and a connection.
///
/// A write is durable when its call returns. Writes that arrive while the server commits wait together and share the next
/// commit, so the rate grows with the load. Many processes may share one database: what they decide on is locked by name
/// (see ``PostgresLock``) for as long as the transaction lasts. A connection that is lost is made anew: what had
/// not been committed is done again, and after a commit that was not answered the database itself is asked.
public final class PostgresDatabase: Sendable {
    public struct Configuration: Sendable {
        /// How many writes may wait at once; more are refused with ``StorageError/Code/overloaded``. Default: 10,000.
        public var writeLimit = 10_000
        /// How many writes share one commit at most, which bounds how long the first of them waits. Default: 1,000.
        public var groupLimit = 1_000
        /// How many names one group locks at most. The server has 64 locks a connection by default. Default: 40.
        public var lockLimit = 40
        /// How many reads run at the same time. Default: 4.
        public var readers = 4
        /// How many reads may wait at once. Default: 10,000.
        public var readLimit = 10_000
        /// How long one host may take to answer a connection. Default: 5 seconds, and never less than 2.
        public var connectTimeout: Duration = .seconds(5)
        /// How long one statement may run. Default: 30 seconds.
        public var statementTimeout: Duration = .seconds(30)
        /// How long a statement waits for a lock of another process. Default: 10 seconds.
        public var lockTimeout: Duration = .seconds(10)
        /// How long work waits for a server that cannot be reached, before it is told so. Default: 5 seconds.
        public var patience: Duration = .seconds(5)

        /// How long the client waits for an answer: a little longer than the server itself would.
        var answerTimeout: Duration { statementTimeout + .seconds(5) }

        public init() {}
    }

    public struct Statistics: Sendable, Hashable {
        /// How many groups of writes were committed.
        public var commits: Int
        /// How many writes wait behind the running group.
        public var waiting: Int
    }

    public let address: PostgresAddress
    let lock: PostgresLock
    private let writes: LaneQueue<QueuedPostgresWrite>
    private let reads: LaneQueue<QueuedPostgresRead>
    private let writer: PostgresWriter
    private let listeners = StopSignals()
    private let configuration: Configuration
    /// Left by each lane when it has ended.
    private let lanes = DispatchGroup()

    /// Connects and brings the database to the newest schema.
    ///
    /// - Throws: ``StorageError`` (`unavailable`, `cannotOpen`, `tooNew`).
    public static func open(_ address: PostgresAddress, _ configuration: Configuration = Configuration()) async throws
        -> PostgresDatabase
    {
        try await open(address, configuration, migrations: Migration.all)
    }

    static func open(
        _ address: PostgresAddress,
        _ configuration: Configuration = Configuration(),
        migrations: [Migration]
    ) async throws -> PostgresDatabase {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(
                    with: Result { try PostgresDatabase(address, configuration, migrations: migrations) }
                )
            }
        }
    }

    private init(_ address: PostgresAddress, _ configuration: Configuration, migrations: [Migration]) throws {
        self.address = address
        self.configuration = configuration
        lock = PostgresLock(in: address)
        writes = LaneQueue(limit: configuration.writeLimit)
        reads = LaneQueue(limit: configuration.readLimit)
        writer = PostgresWriter(address, configuration, queue: writes)
        do {
            let connection = try PostgresConnection.open(address, configuration)
            try PostgresMigrator(migrations: migrations, address: address).migrate(connection)
        } catch let loss as PostgresLoss {
            throw StorageError.unavailable(address, loss)
        }
        start("pg-writer") { [writer] in writer.run() }
        let reader = PostgresReader(address, configuration, queue: reads)
        for _ in 0..<configuration.readers { start("pg-reader") { reader.run() } }
    }

    deinit {
        writes.close()
        reads.close()
        listeners.stop()
    }

    /// Runs `body` in a transaction and returns what it returns, when that is durable.
    ///
    /// What `body` throws is thrown here, and its rows are taken back; other writes of the same group are not touched.
    /// `body` may run again, so it does nothing but read and write rows. It is alone with what `locks` name, of all
    /// processes. A write that was accepted is done even if the caller's task is cancelled.
    func write<T: Sendable>(
        locking locks: Set<Int64> = [],
        _ body: @escaping @Sendable (PostgresTransaction) throws -> T
    ) async throws -> T {
        try await writeInHalves(locking: locks) { transaction in
            let value = try body(transaction)
            return { value }
        }
    }

    /// The same for a write that can send its statements without waiting, so that a whole group of them is one round
    /// trip: `body` gives back what reads the answers. When that throws, the statements must have changed nothing.
    func writeInHalves<T: Sendable>(
        locking locks: Set<Int64> = [],
        _ body: @escaping @Sendable (PostgresTransaction) throws -> () throws -> T
    ) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            let write = QueuedPostgresWrite(locks: locks, body, resuming: continuation)
            do throws(LaneQueue<QueuedPostgresWrite>.Refusal) {
                try writes.add(write)
            } catch {
                write.fail(refusal(error, limit: writes.limit))
            }
        }
    }

    /// Runs `body` on what is committed, on a connection of its own; never waits for the writer.
    ///
    /// `body` may run again. With `isSnapshot` all its statements see the same moment.
    func read<T: Sendable>(
        isSnapshot: Bool = false,
        _ body: @escaping @Sendable (PostgresTransaction) throws -> T
    ) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            let read = QueuedPostgresRead(isSnapshot: isSnapshot, body, resuming: continuation)
            do throws(LaneQueue<QueuedPostgresRead>.Refusal) {
                try reads.add(read)
            } catch {
                read.fail(refusal(error, limit: reads.limit))
            }
        }
    }

    /// An element at once, whenever another process notifies about `topic`, and whenever what `question` asks for is due:
    /// the milliseconds until then, NULL for never. On a thread and a connection of its own; ends when nobody reads it.
    func notices(of command: String, about topic: String, orWhenDue question: PostgresCommand) -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        guard let stop = try? StopSignal(), listeners.add(stop) else {
            continuation.finish()
            return stream
        }
        let listener = PostgresListener(
            address,
            configuration,
            command: command,
            topic: topic,
            question: question,
            heard: continuation,
            stop: stop
        )
        continuation.onTermination = { _ in stop.give() }
        start("pg-listener") { listener.run() }
        return stream
    }

    /// What the writer has done so far and what it has before it.
    public var statistics: Statistics {
        Statistics(commits: writer.commits, waiting: writes.count)
    }

    /// Does what is queued, then closes all connections. Writes and reads that come later are refused.
    public func close() async {
        writes.close()
        reads.close()
        listeners.stop()
        await withCheckedContinuation { continuation in
            lanes.notify(queue: .global()) { continuation.resume() }
        }
    }

    private func start(_ name: String, _ body: @escaping @Sendable () -> Void) {
        lanes.enter()
        let thread = Thread { [lanes] in
            body()
            lanes.leave()
        }
        thread.name = name
        thread.start()
    }

    private func refusal<E>(_ refusal: LaneQueue<E>.Refusal, limit: Int) -> StorageError {
        switch refusal {
        case .closed: StorageError(.closed, "The database \(address) is closed.")
        case .full: StorageError(.overloaded, "The database \(address) has \(limit) waiting: try again later.")
        }
    }
}
