import GRDB
import Glibc
import Testing

@testable import Storage

/// What `kill -9` may cost: nothing that was acknowledged, and no half of a write.
@Suite(.timeLimit(.minutes(1)))
struct CrashTests {
    private static let pairs = [
        Migration("0001-pair", sqlite: "CREATE TABLE pair (value INTEGER NOT NULL) STRICT", postgres: nil)
    ]

    @Test func aKilledProcessLosesNoAcknowledgedWriteAndLeavesNoHalfOne() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/p.db"
            await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
                let database = try await SQLiteDatabase.open(path, migrations: Self.pairs)
                try await database.write { db in
                    for value in 0..<100 { try db.run("INSERT INTO pair VALUES (?)", [value]) }
                }
                try await database.write { db in
                    try db.run("INSERT INTO pair VALUES (100)")
                    kill(getpid(), SIGKILL)
                }
            }
            let database = try await SQLiteDatabase.open(path, migrations: Self.pairs)
            let values = try await database.read { db in try db.all("SELECT value FROM pair") { $0[0] as Int } }
            #expect(values == Array(0..<100))
            try await database.close()
        }
    }
}
