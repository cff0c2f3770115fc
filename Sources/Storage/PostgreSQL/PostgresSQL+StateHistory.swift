extension PostgresSQL {
    /// Every change of every document. Rows are numbered in the order in which they were begun, so those with the lowest
    /// numbers are the oldest. Old rows of any document may be deleted by anybody: who is at one has it.
    enum StateHistory {
        static let create = """
            CREATE TABLE state_change (
                number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                id BYTEA NOT NULL,
                version BIGINT NOT NULL,
                time BIGINT NOT NULL,
                created_at BIGINT NOT NULL,
                author BYTEA,
                key BYTEA,
                patch TEXT,
                inverse TEXT
            );
            CREATE UNIQUE INDEX state_change_version ON state_change (id, version);
            CREATE UNIQUE INDEX state_change_key ON state_change (id, key) WHERE key IS NOT NULL;
            """

        private static let columns = "version, time, created_at, author, key, patch, inverse"

        static let insert = """
            INSERT INTO state_change (id, \(columns)) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            """
        static let changes = """
            SELECT \(columns) FROM state_change WHERE id = $1 AND version > $2 ORDER BY version LIMIT $3
            """
        static let changeWithKey = "SELECT \(columns) FROM state_change WHERE id = $1 AND key = $2"
        static let lastVersion = "SELECT max(version) FROM state_change WHERE id = $1"

        static let deleteUpToVersion = """
            DELETE FROM state_change WHERE number IN (
                SELECT number FROM state_change WHERE id = $1 AND version <= $2
                ORDER BY version LIMIT $3 FOR UPDATE SKIP LOCKED
            )
            """
        /// Looks at the oldest rows only, so that it costs the same whether any of them is to go or not.
        static let deleteBefore = """
            DELETE FROM state_change WHERE number IN (
                SELECT number FROM state_change WHERE time < $1 AND number IN (
                    SELECT number FROM state_change ORDER BY number LIMIT $2
                ) FOR UPDATE SKIP LOCKED
            )
            """
    }
}
