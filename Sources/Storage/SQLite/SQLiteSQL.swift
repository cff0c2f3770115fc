/// All SQL in SQLite's dialect; each store adds its own statements in a file beside it.
enum SQLiteSQL {
    static let begin = "BEGIN IMMEDIATE"
    static let commit = "COMMIT"
    static let rollback = "ROLLBACK"
    static let savepoint = "SAVEPOINT one"
    static let release = "RELEASE one"
    static let rollbackToSavepoint = "ROLLBACK TO one"

    static let synchronousFull = "PRAGMA synchronous = FULL"
    static let synchronous = "PRAGMA synchronous"

    static let createMigration = """
        CREATE TABLE IF NOT EXISTS migration (
            name TEXT NOT NULL PRIMARY KEY,
            applied_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
        ) STRICT, WITHOUT ROWID
        """
    static let migrationNames = "SELECT name FROM migration ORDER BY name"
    static let insertMigration = "INSERT INTO migration (name) VALUES (?)"
}
