import Foundation
import GRDB
import Testing

@testable import Storage

@Suite(.timeLimit(.minutes(1)))
struct MigrationTests {
    private let first = Migration(
        "0001-a",
        sqlite: "CREATE TABLE a (x INTEGER) STRICT; INSERT INTO a VALUES (1)",
        postgres: "CREATE TABLE a (x BIGINT); INSERT INTO a VALUES (1)"
    )
    private let second = Migration(
        "0002-b",
        sqlite: "ALTER TABLE a ADD COLUMN y TEXT",
        postgres: "ALTER TABLE a ADD COLUMN y TEXT"
    )
    private let broken = Migration(
        "0002-b",
        sqlite: "ALTER TABLE a ADD COLUMN y TEXT; NONSENSE",
        postgres: "ALTER TABLE a ADD COLUMN y TEXT; NONSENSE"
    )

    private func open(_ folder: String, _ migrations: [Migration]) async throws -> SQLiteDatabase {
        try await SQLiteDatabase.open(folder + "/p.db", migrations: migrations)
    }

    @Test func eachIsAppliedOnce() async throws {
        try await withTemporaryFolder { folder in
            try await open(folder, [first]).close()
            let database = try await open(folder, [first, second])
            let rows = try await database.read { db in try db.all("SELECT x, y FROM a") { $0[0] as Int } }
            #expect(rows == [1])
            let names = try await database.read { db in try db.all(SQLiteSQL.migrationNames) { $0[0] as String } }
            #expect(names == ["0001-a", "0002-b"])
            try await database.close()
        }
    }

    @Test func aBrokenOneLeavesTheSchemaAsItWas() async throws {
        try await withTemporaryFolder { folder in
            try await open(folder, [first]).close()
            await #expect(throws: StorageError.self) { try await open(folder, [first, broken]) }
            let database = try await open(folder, [first, second])
            try await database.close()
        }
    }

    @Test func aDatabaseOfANewerVersionIsRefused() async throws {
        try await withTemporaryFolder { folder in
            try await open(folder, [first, second]).close()
            await #expect { try await open(folder, [first]) } throws: {
                ($0 as? StorageError)?.code == .tooNew && "\($0)".contains("0002-b")
            }
        }
    }

    @Test func manyMayStartOnANewFileTogether() async throws {
        try await withTemporaryFolder { folder in
            try await withThrowingTaskGroup { group in
                for _ in 0..<8 {
                    group.addTask { try await open(folder, [first, second]).close() }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test func whatIsNoDatabaseIsRefused() async throws {
        try await withTemporaryFolder { folder in
            try "not a database, but long enough to have a header that is none, so SQLite reads it all the same"
                .write(toFile: folder + "/p.db", atomically: true, encoding: .utf8)
            await #expect { try await open(folder, [first]) } throws: { ($0 as? StorageError)?.code == .corrupt }
        }
    }

    @Test func postgreSQLIsMigratedAlike() async throws {
        try await withSchema { address in
            func open(_ migrations: [Migration]) async throws {
                await (try PostgresDatabase.open(address, migrations: migrations)).close()
            }
            try await withThrowingTaskGroup { group in
                for _ in 0..<8 { group.addTask { try await open([first]) } }
                try await group.waitForAll()
            }
            await #expect(throws: StorageError.self) { try await open([first, broken]) }
            try await open([first, second])
            #expect(try await ask(address, "SELECT count(*) FROM a WHERE y IS NULL") == 1)
            #expect(try await ask(address, "SELECT count(*) FROM migration") == 2)
            await #expect { try await open([first]) } throws: {
                ($0 as? StorageError)?.code == .tooNew && "\($0)".contains("0002-b")
            }
        }
    }

    @Test func theNamesOfTheMigrationsAreInOrderAndUnique() {
        let names = Migration.all.map(\.name)
        #expect(names == Set(names).sorted())
    }
}
