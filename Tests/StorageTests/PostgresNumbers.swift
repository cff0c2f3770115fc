@testable import Storage

/// The table that tests without stores count in.
let counting = [
    Migration("0001-writer", sqlite: nil, postgres: PostgresSQL.Writer.create),
    Migration(
        "0002-count",
        sqlite: nil,
        postgres: "CREATE TABLE number (value BIGINT NOT NULL PRIMARY KEY CHECK (value >= 0))"
    ),
]

let insertion = "INSERT INTO number (value) VALUES ($1)"

/// Lends a database with the table `number`.
func withNumbers<T>(
    _ configuration: PostgresDatabase.Configuration = .init(),
    _ body: (PostgresDatabase) async throws -> T
) async throws -> T {
    try await withSchema { address in
        let database = try await PostgresDatabase.open(address, configuration, migrations: counting)
        let result = try await body(database)
        await database.close()
        return result
    }
}

extension PostgresDatabase {
    func insert(_ number: Int) async throws {
        try await writeInHalves { db in
            let answer = db.run(insertion, [.integer(number)])
            return { _ = try answer.rows() }
        }
    }

    func numbers() async throws -> [Int] {
        try await read { db in try db.all("SELECT value FROM number ORDER BY value") { Int($0.integer(0)) } }
    }

    /// Returns when `count` writes wait behind the running one.
    func whenQueued(_ count: Int) async {
        while statistics.waiting < count { await Task.yield() }
    }
}
