extension SQLiteSQL {
    /// Every change of every document. Rows are numbered in the order in which they were written, so those with the
    /// lowest numbers are the oldest, and a new one is written at the end of the table.
    enum StateHistory {
        static let create = """
            CREATE TABLE state_change (
                number INTEGER PRIMARY KEY,
                id BLOB NOT NULL,
                version INTEGER NOT NULL,
                time INTEGER NOT NULL,
                created_at INTEGER NOT NULL,
                author BLOB,
                key BLOB,
                patch TEXT,
                inverse TEXT
            ) STRICT;
            CREATE UNIQUE INDEX state_change_version ON state_change (id, version);
            CREATE UNIQUE INDEX state_change_key ON state_change (id, key) WHERE key IS NOT NULL;
            """

        private static let columns = "version, time, created_at, author, key, patch, inverse"

        static let insert = """
            INSERT INTO state_change (id, \(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """
        static let changes = """
            SELECT \(columns) FROM state_change WHERE id = ? AND version > ? ORDER BY version LIMIT ?
            """
        static let changeWithKey = "SELECT \(columns) FROM state_change WHERE id = ? AND key = ?"

        static let deleteUpToVersion = """
            DELETE FROM state_change WHERE number IN (
                SELECT number FROM state_change WHERE id = ? AND version <= ? ORDER BY version LIMIT ?
            )
            """
        /// Looks at the oldest rows only, so that it costs the same whether any of them is to go or not.
        static let deleteBefore = """
            DELETE FROM state_change WHERE number IN (
                SELECT number FROM (SELECT number, time FROM state_change ORDER BY number LIMIT ?2) WHERE time < ?1
            )
            """
    }
}
