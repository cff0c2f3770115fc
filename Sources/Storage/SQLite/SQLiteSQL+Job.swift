extension SQLiteSQL {
    /// A job's summary changes with every entry, so the document and the entries are rows of their own.
    enum Job {
        /// What restarts ask for; the index must be made with the same words for SQLite to use it.
        private static let isUnfinished = "status IN ('queued', 'running', 'paused', 'reverting')"

        static let create = """
            CREATE TABLE job (
                number INTEGER PRIMARY KEY,
                id TEXT NOT NULL UNIQUE,
                status TEXT NOT NULL,
                name TEXT,
                created_at TEXT NOT NULL,
                completed_at TEXT,
                steps INTEGER NOT NULL,
                error TEXT,
                failed_task TEXT,
                last_sequence INTEGER NOT NULL
            ) STRICT;
            CREATE INDEX job_unfinished ON job (number) WHERE \(isUnfinished);
            CREATE TABLE job_document (
                job INTEGER PRIMARY KEY,
                document BLOB NOT NULL
            ) STRICT;
            CREATE TABLE job_entry (
                job INTEGER NOT NULL,
                sequence INTEGER NOT NULL,
                type TEXT NOT NULL,
                time INTEGER NOT NULL,
                data TEXT NOT NULL,
                payload TEXT,
                PRIMARY KEY (job, sequence)
            ) STRICT, WITHOUT ROWID;
            """

        private static let columns = "id, status, name, created_at, completed_at, steps, error, failed_task"

        static let insert = """
            INSERT INTO job (\(columns), last_sequence) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (id) DO NOTHING
            RETURNING number
            """
        static let insertDocument = "INSERT INTO job_document (job, document) VALUES (?, ?)"
        static let insertEntry = """
            INSERT INTO job_entry (job, sequence, type, time, data, payload) VALUES (?, ?, ?, ?, ?, ?)
            """
        /// Finds no row when the job is not there, or when its last entry is another one.
        static let update = """
            UPDATE job SET (status, name, created_at, completed_at, steps, error, failed_task, last_sequence)
                = (?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
            WHERE id = ?1 AND last_sequence = ?10
            RETURNING number
            """
        static let lastSequence = "SELECT last_sequence FROM job WHERE id = ?"

        static let record = "SELECT \(columns) FROM job WHERE id = ?"
        static let newest = "SELECT \(columns) FROM job ORDER BY number DESC LIMIT ?"
        static let newestMatching = """
            SELECT \(columns) FROM job
            WHERE (?1 IS NULL OR instr(name, ?1)) AND (?2 IS NULL OR instr(status, ?2))
                AND (?3 IS NULL OR instr(created_at, ?3)) AND (?4 IS NULL OR instr(completed_at, ?4))
            ORDER BY number DESC LIMIT ?5
            """
        static let unfinished = "SELECT \(columns) FROM job WHERE \(isUnfinished) ORDER BY number"
        static let document = """
            SELECT document FROM job_document WHERE job = (SELECT number FROM job WHERE id = ?)
            """
        static let entries = """
            SELECT sequence, type, time, data, payload FROM job_entry
            WHERE job = (SELECT number FROM job WHERE id = ?1) AND sequence > ?2
            ORDER BY sequence LIMIT ?3
            """
    }
}
