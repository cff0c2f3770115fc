extension SQLiteSQL {
    /// A job's summary changes with every entry, so the document and the entries are rows of their own.
    enum Job {
        /// What restarts ask for; the index must be made with the same words for SQLite to use it.
        private static let isUnfinished = "status IN ('queued', 'running', 'paused', 'reverting')"
        /// What the inbox asks for.
        private static let isIncomplete = "status = 'revert-incomplete'"
        /// What may be forgotten: ``JobStatus/forgettable``.
        private static let isForgettable = "status IN ('completed', 'failed', 'cancelled', 'undone')"

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

        /// Keys of submissions, parents, and what lists, inbox and retention need. Keys are bytes (see `Key`).
        static let addSubmissions = """
            ALTER TABLE job ADD COLUMN parent TEXT;
            ALTER TABLE job ADD COLUMN document_hash TEXT NOT NULL DEFAULT '';
            ALTER TABLE job ADD COLUMN key BLOB;
            CREATE UNIQUE INDEX job_key ON job (key) WHERE key IS NOT NULL;
            CREATE INDEX job_incomplete ON job (number) WHERE \(isIncomplete);
            CREATE INDEX job_forgettable ON job (completed_at) WHERE \(isForgettable);
            """

        private static let columns = """
            id, status, name, created_at, completed_at, steps, error, failed_task, parent, document_hash
            """

        static let insert = """
            INSERT INTO job (\(columns), key, last_sequence) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT DO NOTHING
            RETURNING number
            """
        static let insertDocument = "INSERT INTO job_document (job, document) VALUES (?, ?)"
        /// For one entry, for two, and so on: what a statement costs by itself is more than a further row of it. A job
        /// of one task has two appends, of four and three entries; longer ones take several statements.
        static let insertEntries = (1...8).map { count in
            "INSERT INTO job_entry (job, sequence, type, time, data, payload) VALUES "
                + Array(repeating: "(?, ?, ?, ?, ?, ?)", count: count).joined(separator: ", ")
        }
        /// Finds no row when the job is not there, or when its last entry is another one.
        static let update = """
            UPDATE job SET (status, name, created_at, completed_at, steps, error, failed_task, last_sequence)
                = (?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
            WHERE id = ?1 AND last_sequence = ?10
            RETURNING number
            """
        static let lastSequence = "SELECT last_sequence FROM job WHERE id = ?"
        static let number = "SELECT number FROM job WHERE id = ?"
        static let idForKey = "SELECT id FROM job WHERE key = ?"

        static let record = "SELECT \(columns) FROM job WHERE id = ?"
        static let unfinished = "SELECT \(columns) FROM job WHERE \(isUnfinished) ORDER BY number"
        static let incomplete = """
            SELECT \(columns) FROM job WHERE \(isIncomplete) AND number > ? ORDER BY number LIMIT ?
            """
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

/// Lists: a page begins at a number, so it costs what is on it, however many jobs there are.
extension SQLiteSQL.Job {
    static let pageUp = "SELECT \(columns) FROM job WHERE number > ? ORDER BY number LIMIT ?"
    static let pageDown = "SELECT \(columns) FROM job WHERE number < ? ORDER BY number DESC LIMIT ?"
    static let matchesUp = "SELECT \(columns) FROM job WHERE number > ?5 AND \(matches) ORDER BY number LIMIT ?6"
    static let matchesDown = """
        SELECT \(columns) FROM job WHERE number < ?5 AND \(matches) ORDER BY number DESC LIMIT ?6
        """

    private static let matches = """
        (?1 IS NULL OR instr(name, ?1)) AND (?2 IS NULL OR instr(status, ?2))
            AND (?3 IS NULL OR instr(created_at, ?3)) AND (?4 IS NULL OR instr(completed_at, ?4))
        """
}

/// Retention: what may go is looked up beside the writer, and is asked for once more when it is deleted.
extension SQLiteSQL.Job {
    static let endedBefore = """
        SELECT number FROM job WHERE \(isForgettable) AND completed_at < ? ORDER BY completed_at LIMIT ?
        """
    /// Numbers count submissions, so the newest jobs are those within so many of the last number.
    static let endedBeyond = """
        SELECT number FROM job WHERE number <= (SELECT max(number) FROM job) - ? AND \(isForgettable)
        ORDER BY number LIMIT ?
        """
    static let delete = "DELETE FROM job WHERE number = ? AND \(isForgettable) RETURNING number"
    static let deleteDocument = "DELETE FROM job_document WHERE job = ?"
    static let deleteEntries = "DELETE FROM job_entry WHERE job = ?"
}

/// What a restart tells once more: the last entries of jobs at rest.
extension SQLiteSQL.Job {
    static let lastEntries = """
        SELECT sequence, type, time, data, payload, id FROM (
            \(latest(isForgettable, by: "completed_at")) UNION ALL \(latest(isIncomplete, by: "number"))
            UNION ALL \(latest("\(isUnfinished) AND status = 'paused'", by: "number"))
        ) AS resting JOIN job_entry ON job_entry.job = resting.number AND job_entry.sequence = resting.last_sequence
        """

    private static func latest(_ condition: String, by column: String) -> String {
        """
        SELECT * FROM (
            SELECT number, id, last_sequence FROM job WHERE \(condition) ORDER BY \(column) DESC LIMIT ?1
        ) AS latest
        """
    }
}
