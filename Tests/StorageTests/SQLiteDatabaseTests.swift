import GRDB
import Testing

@testable import Storage

@Suite(.timeLimit(.minutes(1)))
struct SQLiteDatabaseTests {
    private static let counting = [
        Migration(
            "0001-count",
            sqlite: "CREATE TABLE number (value INTEGER NOT NULL PRIMARY KEY CHECK (value >= 0)) STRICT",
            postgres: nil
        )
    ]

    /// Lends a database with the table `number`.
    private func withDatabase<T>(
        _ configuration: SQLiteDatabase.Configuration = .init(),
        _ body: (SQLiteDatabase) async throws -> T
    ) async throws -> T {
        try await withTemporaryFolder { folder in
            let database = try await open(folder, configuration)
            let result = try await body(database)
            try await database.close()
            return result
        }
    }

    private func open(
        _ folder: String,
        _ configuration: SQLiteDatabase.Configuration = .init()
    ) async throws -> SQLiteDatabase {
        try await SQLiteDatabase.open(folder + "/p.db", configuration, migrations: Self.counting)
    }

    @Test func aCommitWaitsForTheDisk() async throws {
        try await withDatabase { database in
            // Not in a transaction, and on the writer's own connection: the setting is the connection's.
            let synchronous = try await database.write { db in try db.first(SQLiteSQL.synchronous) { $0[0] as Int } }
            #expect(synchronous == 2, "2 is FULL")
        }
    }

    @Test func theJournalIsAWriteAheadLog() async throws {
        try await withDatabase { database in
            let mode = try await database.read { db in try db.first("PRAGMA journal_mode") { $0[0] as String } }
            #expect(mode == "wal")
        }
    }

    @Test func whatWasWrittenIsReadAndOutlivesTheProcess() async throws {
        try await withTemporaryFolder { folder in
            let first = try await open(folder)
            try await first.insert(1)
            #expect(try await first.numbers() == [1])
            try await first.close()
            let second = try await open(folder)
            #expect(try await second.numbers() == [1])
            try await second.close()
        }
    }

    @Test func manyWritesAtOnceAllArrive() async throws {
        try await withDatabase { database in
            try await withThrowingTaskGroup { group in
                for number in 0..<2_000 { group.addTask { try await database.insert(number) } }
                try await group.waitForAll()
            }
            #expect(try await database.numbers() == Array(0..<2_000))
        }
    }

    @Test func writesThatWaitTogetherShareOneCommit() async throws {
        try await withDatabase { database in
            let gate = Gate()
            async let blocked: Void = database.write { _ in gate.wait() }
            await gate.whenEntered()
            try await withThrowingTaskGroup { group in
                for number in 0..<100 { group.addTask { try await database.insert(number) } }
                await database.whenQueued(100)
                gate.open()
                try await group.waitForAll()
            }
            try await blocked
            #expect(database.statistics.commits == 2, "the blocked write's, and one for the hundred")
            #expect(try await database.numbers() == Array(0..<100))
        }
    }

    @Test func aReadThatIsCancelledEndsAtOnce() async throws {
        try await withDatabase { database in
            // It has an end, so that a read that is not cut off fails this test and does not hang it.
            let long = """
                WITH RECURSIVE n(x) AS (VALUES(1) UNION ALL SELECT x + 1 FROM n LIMIT 1000000) SELECT x FROM n
                """
            let gate = Gate()
            let read = Task {
                try await database.read { db in
                    _ = try db.all(long) { row in if row[0] == 1 { gate.wait() } }
                }
            }
            await gate.whenEntered()
            read.cancel()
            gate.open()
            await #expect(throws: CancellationError.self) { try await read.value }
        }
    }

    @Test func aFailingWriteDoesNotHurtTheOthersOfItsGroup() async throws {
        try await withDatabase { database in
            let gate = Gate()
            async let blocked: Void = database.write { _ in gate.wait() }
            await gate.whenEntered()
            async let first: Void = database.insert(1)
            let wrong = Task {
                try await database.write { db in
                    try db.run("INSERT INTO number VALUES (2)")
                    throw Refusal()
                }
            }
            let broken = Task { try await database.insert(-1) }
            async let last: Void = database.insert(3)
            await database.whenQueued(4)
            gate.open()
            try await blocked
            try await first
            try await last
            await #expect(throws: Refusal.self) { try await wrong.value }
            await #expect { try await broken.value } throws: { ($0 as? StorageError)?.code == .failed }
            #expect(try await database.numbers() == [1, 3])
        }
    }

    @Test func refusalsOfEveryKindInOneGroupHurtNobodyElse() async throws {
        try await withDatabase { database in
            let gate = Gate()
            async let blocked: Void = database.write { _ in gate.wait() }
            await gate.whenEntered()
            let writes = (0..<60).map { number in
                Task {
                    try await database.write { db in
                        if number % 6 == 1 { throw Refusal() }
                        try db.run("INSERT INTO number VALUES (?)", [number])
                        if number % 6 == 3 { throw Refusal() }
                        if number % 6 == 5 { try db.run("INSERT INTO number VALUES (?)", [number]) }
                    }
                }
            }
            await database.whenQueued(60)
            gate.open()
            try await blocked
            var succeeded: [Int] = []
            for (number, write) in writes.enumerated() {
                if case .success = await write.result { succeeded.append(number) }
            }
            #expect(succeeded == (0..<60).filter { $0 % 2 == 0 })
            #expect(try await database.numbers() == succeeded)
        }
    }

    @Test func aWriteIsAllOrNothing() async throws {
        try await withDatabase { database in
            await #expect(throws: StorageError.self) {
                try await database.write { db in
                    try db.run("INSERT INTO number VALUES (1)")
                    try db.run("INSERT INTO number VALUES (1)")
                }
            }
            let numbers = try await database.numbers()
            #expect(numbers.isEmpty)
        }
    }

    @Test func aWriteIsNotSeenBeforeItIsCommitted() async throws {
        try await withDatabase { database in
            let gate = Gate()
            async let writing: Void = database.write { db in
                try db.run("INSERT INTO number VALUES (1)")
                gate.wait()
            }
            await gate.whenEntered()
            #expect(try await database.numbers().isEmpty)
            gate.open()
            try await writing
            #expect(try await database.numbers() == [1])
        }
    }

    @Test func moreWritesThanTheQueueHoldsAreRefused() async throws {
        var configuration = SQLiteDatabase.Configuration()
        configuration.writeLimit = 1
        try await withDatabase(configuration) { database in
            let gate = Gate()
            async let running: Void = database.write { _ in gate.wait() }
            await gate.whenEntered()
            async let waiting: Void = database.insert(1)
            await database.whenQueued(1)
            await #expect { try await database.insert(2) } throws: { ($0 as? StorageError)?.code == .overloaded }
            gate.open()
            try await running
            try await waiting
            #expect(try await database.numbers() == [1])
        }
    }

    @Test func closingDoesWhatIsQueuedAndRefusesTheRest() async throws {
        try await withTemporaryFolder { folder in
            let database = try await open(folder)
            let gate = Gate()
            async let running: Void = database.write { _ in gate.wait() }
            await gate.whenEntered()
            async let waiting: Void = database.insert(1)
            await database.whenQueued(1)
            async let closing: Void = database.close()
            gate.open()
            try await running
            try await waiting
            try await closing
            await #expect { try await database.insert(2) } throws: { ($0 as? StorageError)?.code == .closed }
            await #expect(throws: StorageError.self) { try await database.numbers() }
            let again = try await open(folder)
            #expect(try await again.numbers() == [1])
            try await again.close()
        }
    }

    @Test func twoConnectionsOfOneFileTakeTurns() async throws {
        try await withTemporaryFolder { folder in
            let databases = [try await open(folder), try await open(folder)]
            try await withThrowingTaskGroup { group in
                for number in 0..<400 { group.addTask { try await databases[number % 2].insert(number) } }
                try await group.waitForAll()
            }
            for database in databases {
                #expect(try await database.numbers() == Array(0..<400))
                try await database.close()
            }
        }
    }

    @Test func aLockThatIsHeldTooLongIsNamed() async throws {
        try await withTemporaryFolder { folder in
            let holder = try await open(folder)
            var configuration = SQLiteDatabase.Configuration()
            configuration.busyTimeout = .milliseconds(1)
            let other = try await open(folder, configuration)
            let gate = Gate()
            async let holding: Void = holder.write { db in
                try db.run("INSERT INTO number VALUES (1)")
                gate.wait()
            }
            await gate.whenEntered()
            await #expect { try await other.insert(2) } throws: { ($0 as? StorageError)?.code == .busy }
            gate.open()
            try await holding
            try await other.insert(2)
            #expect(try await other.numbers() == [1, 2])
            try await holder.close()
            try await other.close()
        }
    }

    @Test func aFolderThatIsNotThereIsNamed() async throws {
        await #expect { try await SQLiteDatabase.open("/no/such/folder/p.db") } throws: {
            ($0 as? StorageError)?.code == .cannotOpen && "\($0)".contains("/no/such/folder/p.db")
        }
    }
}

private struct Refusal: Error {}

extension SQLiteDatabase {
    fileprivate func insert(_ number: Int) async throws {
        try await write { db in try db.run("INSERT INTO number VALUES (?)", [number]) }
    }

    fileprivate func numbers() async throws -> [Int] {
        try await read { db in try db.all("SELECT value FROM number ORDER BY value") { $0[0] as Int } }
    }

    /// Returns when `count` writes wait behind the running one.
    func whenQueued(_ count: Int) async {
        while statistics.waiting < count { await Task.yield() }
    }
}
