import Dispatch
import GRDB
import Synchronization

/// One SQLite file: many readers, and one writer that commits in groups.
///
/// A write is durable (on the disk, `synchronous=FULL`) when its call returns. Writes that arrive while the disk is
/// busy wait together and share the next commit, so the rate grows with the load. Several processes may use one file.
public final class SQLiteDatabase: Sendable {
    public struct Configuration: Sendable {
        /// How many writes may wait at once; more are refused with ``StorageError/Code/overloaded``. Default: 10,000.
        public var writeLimit = 10_000
        /// How many writes share one commit at most, which bounds how long the first of them waits. Default: 1,000.
        public var groupLimit = 1_000
        /// How many reads run at the same time. Default: 4.
        public var readers = 4
        /// How long to wait for another process that holds the lock. Default: 5 seconds.
        public var busyTimeout: Duration = .seconds(5)

        public init() {}
    }

    public struct Statistics: Sendable, Hashable {
        /// How many groups of writes were committed.
        public var commits: Int
        /// How many writes wait behind the running group.
        public var waiting: Int
    }

    /// The file, as it was given.
    public let path: String
    private let pool: DatabasePool
    private let queue: WriteQueue
    private let groupLimit: Int
    private let counter = Atomic(0)
    // A thread of its own: a commit waits for the disk, and must not hold up the threads that run tasks.
    private let writer = DispatchQueue(label: "platform.storage.writer")

    /// Opens the file, makes it when it is missing, and brings it to the newest schema.
    ///
    /// - Throws: ``StorageError`` (`cannotOpen`, `corrupt`, `busy`, `tooNew`).
    public static func open(_ path: String, _ configuration: Configuration = Configuration()) async throws
        -> SQLiteDatabase
    {
        try await open(path, configuration, migrations: Migration.all)
    }

    static func open(
        _ path: String,
        _ configuration: Configuration = Configuration(),
        migrations: [Migration]
    ) async throws -> SQLiteDatabase {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(
                    with: Result { try SQLiteDatabase(path: path, configuration, migrations: migrations) }
                )
            }
        }
    }

    private init(path: String, _ configuration: Configuration, migrations: [Migration]) throws {
        self.path = path
        queue = WriteQueue(limit: configuration.writeLimit, path: path)
        groupLimit = configuration.groupLimit
        let lock = try FileLock(path: path + "-lock")
        do {
            pool = try DatabasePool(path: path, configuration: .init(configuration))
            try pool.writeWithoutTransaction { db in
                // The pool sets NORMAL when it opens, which a power cut undoes.
                try db.execute(sql: SQLiteSQL.synchronousFull)
                try SQLiteMigrator(migrations: migrations, path: path).migrate(db)
            }
        } catch {
            throw StorageError.translating(error, at: path)
        }
        _ = consume lock
    }

    /// Runs `body` in a transaction and returns what it returns, when that is durable.
    ///
    /// What `body` throws is thrown here, and its rows are taken back; other writes of the same group are not touched.
    /// `body` may run again when another write of its group fails, so it does nothing but read and write rows. A write
    /// that was accepted is done even if the caller's task is cancelled.
    func write<T: Sendable>(_ body: @escaping @Sendable (Database) throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            let write = QueuedWrite(body, resuming: continuation)
            switch queue.add(write) {
            case .startDraining: writer.async { self.drain() }
            case .queued: break
            case .refused(let error): write.fail(error)
            }
        }
    }

    /// Runs `body` on a consistent picture of what is committed; never waits for the writer.
    ///
    /// - Throws: `CancellationError` when the caller's task is cancelled before it begins, or while a statement runs.
    func read<T: Sendable>(_ body: @escaping @Sendable (Database) throws -> T) async throws -> T {
        do {
            return try await pool.read(body)
        } catch let error as DatabaseError where error.resultCode == .SQLITE_INTERRUPT && Task.isCancelled {
            throw CancellationError()
        } catch {
            throw StorageError.translating(error, at: path)
        }
    }

    /// What the writer has done so far and what it has before it.
    public var statistics: Statistics {
        Statistics(commits: counter.load(ordering: .relaxed), waiting: queue.count)
    }

    /// Does what is queued, then closes the file. Writes and reads that come later are refused.
    public func close() async throws {
        guard queue.close() else { return }
        try await withCheckedThrowingContinuation { continuation in
            writer.async {
                continuation.resume(with: Result { try self.pool.close() })
            }
        }
    }

    private func drain() {
        while let group = queue.nextGroup(upTo: groupLimit) {
            let settlements = pool.writeWithoutTransaction { GroupCommit.run(group, in: $0, at: path) }
            counter.add(1, ordering: .relaxed)
            for settle in settlements {
                settle()
            }
        }
    }
}

extension GRDB.Configuration {
    fileprivate init(_ configuration: SQLiteDatabase.Configuration) {
        self.init()
        label = "platform.storage"
        maximumReaderCount = configuration.readers
        busyMode = .timeout(configuration.busyTimeout / .seconds(1))
        // A commit in two steps (the queue's) would be a mistake here: keep GRDB's check for open transactions.
        allowsUnsafeTransactions = false
    }
}
