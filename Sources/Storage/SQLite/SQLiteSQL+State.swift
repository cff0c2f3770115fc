extension SQLiteSQL {
    /// Ids are bytes (see `Key`), so they are compared and ordered by them.
    enum State {
        static let create = """
            CREATE TABLE state_document (
                id BLOB NOT NULL PRIMARY KEY,
                version INTEGER NOT NULL,
                created_at INTEGER NOT NULL,
                last_modified INTEGER NOT NULL,
                content TEXT NOT NULL
            ) STRICT;
            CREATE TABLE state_removal (
                number INTEGER PRIMARY KEY AUTOINCREMENT,
                id BLOB NOT NULL UNIQUE,
                version INTEGER NOT NULL
            ) STRICT;
            """

        static let document = """
            SELECT id, version, created_at, last_modified, content FROM state_document WHERE id = ?
            """
        static let summaries = """
            SELECT id, created_at, last_modified FROM state_document ORDER BY id LIMIT ?
            """
        static let summariesAfter = """
            SELECT id, created_at, last_modified FROM state_document WHERE id > ? ORDER BY id LIMIT ?
            """
        static let put = """
            INSERT INTO state_document (id, version, created_at, last_modified, content) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET
                version = excluded.version, created_at = excluded.created_at,
                last_modified = excluded.last_modified, content = excluded.content
            """
        static let delete = "DELETE FROM state_document WHERE id = ?"

        /// One row: the columns of `document`, or NULLs and the version that its removal had. Removals that are long ago
        /// are forgotten by their number, the history by its age.
        static let slot = """
            SELECT document.id, document.version, document.created_at, document.last_modified, document.content,
                CASE WHEN document.id IS NULL THEN coalesce(
                    (SELECT version FROM state_removal WHERE id = ?1),
                    (SELECT max(version) FROM state_change WHERE id = ?1),
                    0
                ) END
            FROM (SELECT 1) LEFT JOIN state_document AS document ON document.id = ?1
            """
        static let putRemoval = "INSERT OR REPLACE INTO state_removal (id, version) VALUES (?, ?)"
        static let deleteRemoval = "DELETE FROM state_removal WHERE id = ?"
        /// Numbers only grow, so the oldest removals are those far below the newest.
        static let deleteOldRemovals = "DELETE FROM state_removal WHERE number <= last_insert_rowid() - ?"
    }
}
