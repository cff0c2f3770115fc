extension PostgresSQL {
    /// A job's summary changes with every entry, so the document and the entries are rows of their own. Ids are bytes.
    ///
    /// One statement writes the summary, the document and the entries: a group of writes is one round trip.
    enum Job {
        /// What restarts ask for; the index must be made with the same words for the server to use it.
        private static let isUnfinished = "status IN ('queued', 'running', 'paused', 'reverting')"
        /// What the inbox asks for.
        private static let isIncomplete = "status = 'revert-incomplete'"
        /// What may be forgotten: ``JobStatus/forgettable``.
        private static let isForgettable = "status IN ('completed', 'failed', 'cancelled', 'undone')"

        // A fifth of each page stays free, so that a summary can change where it is, without its indexes.
        static let create = """
            CREATE TABLE job (
                number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                id BYTEA NOT NULL UNIQUE,
                status TEXT NOT NULL,
                name TEXT,
                created_at TEXT NOT NULL,
                completed_at TEXT,
                steps BIGINT NOT NULL,
                error TEXT,
                failed_task TEXT,
                parent BYTEA,
                document_hash TEXT NOT NULL,
                key BYTEA,
                last_sequence BIGINT NOT NULL
            ) WITH (fillfactor = 80);
            CREATE UNIQUE INDEX job_key ON job (key) WHERE key IS NOT NULL;
            CREATE INDEX job_unfinished ON job (number) WHERE \(isUnfinished);
            CREATE INDEX job_incomplete ON job (number) WHERE \(isIncomplete);
            CREATE INDEX job_forgettable ON job (completed_at) WHERE \(isForgettable);
            CREATE TABLE job_document (
                job BIGINT NOT NULL PRIMARY KEY,
                document BYTEA NOT NULL
            );
            CREATE TABLE job_entry (
                job BIGINT NOT NULL,
                sequence BIGINT NOT NULL,
                type TEXT NOT NULL,
                time BIGINT NOT NULL,
                data TEXT NOT NULL,
                payload TEXT,
                PRIMARY KEY (job, sequence)
            );
            """

        private static let columns = """
            id, status, name, created_at, completed_at, steps, error, failed_task, parent, document_hash
            """

        /// Answers no row when the id or the key is another job's. The last parameter is who has the job; nobody may.
        static let insert = """
            WITH made AS (
                INSERT INTO job (\(columns), key, last_sequence, owner, token)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $19::bytea, num_nonnulls($19::bytea))
                ON CONFLICT DO NOTHING
                RETURNING number
            ), document AS (
                INSERT INTO job_document (job, document) SELECT number, $13::bytea FROM made
            ), entry AS (
                \(insertEntries(from: 14, of: "made"))
            )
            SELECT number FROM made
            """
        /// Answers no row when the job is not there, or when its last entry is another one.
        static let update = """
            WITH changed AS (
                UPDATE job SET (status, name, created_at, completed_at, steps, error, failed_task, last_sequence)
                    = ROW ($2, $3, $4, $5, $6::bigint, $7, $8, $9::bigint)
                WHERE id = $1 AND last_sequence = $10::bigint
                RETURNING number
            ), entry AS (
                \(insertEntries(from: 11, of: "changed"))
            )
            SELECT number FROM changed
            """
        /// The same, and no row either when the lease is another's.
        static let updateUnderLease = """
            WITH changed AS (
                UPDATE job SET (status, name, created_at, completed_at, steps, error, failed_task, last_sequence)
                    = ROW ($2, $3, $4, $5, $6::bigint, $7, $8, $9::bigint)
                WHERE id = $1 AND last_sequence = $10::bigint AND owner = $16 AND token = $17::bigint
                RETURNING number
            ), entry AS (
                \(insertEntries(from: 11, of: "changed"))
            )
            SELECT number FROM changed
            """
        /// A summary alone.
        static let replace = """
            UPDATE job SET (status, name, created_at, completed_at, steps, error, failed_task)
                = ROW ($2, $3, $4, $5, $6::bigint, $7, $8)
            WHERE id = $1
            RETURNING number
            """
        static let replaceUnderLease = """
            UPDATE job SET (status, name, created_at, completed_at, steps, error, failed_task)
                = ROW ($2, $3, $4, $5, $6::bigint, $7, $8)
            WHERE id = $1 AND owner = $9 AND token = $10::bigint
            RETURNING number
            """

        /// Entries come as five arrays, of which the first is the parameter `first`.
        private static func insertEntries(from first: Int, of job: String) -> String {
            """
            INSERT INTO job_entry (job, sequence, type, time, data, payload)
                SELECT \(job).number, entry.* FROM \(job), unnest(
                    $\(first)::bigint[], $\(first + 1)::text[], $\(first + 2)::bigint[], $\(first + 3)::text[],
                    $\(first + 4)::text[]
                ) AS entry
            """
        }

        static let lastSequence = "SELECT last_sequence FROM job WHERE id = $1"
        static let number = "SELECT number FROM job WHERE id = $1"
        static let idForKey = "SELECT id FROM job WHERE key = $1"

        static let record = "SELECT \(columns) FROM job WHERE id = $1"
        static let unfinished = "SELECT \(columns) FROM job WHERE \(isUnfinished) ORDER BY number"
        static let incomplete = """
            SELECT \(columns) FROM job WHERE \(isIncomplete) AND number > $1 ORDER BY number LIMIT $2
            """
        static let document = """
            SELECT document FROM job_document WHERE job = (SELECT number FROM job WHERE id = $1)
            """
        static let entries = """
            SELECT sequence, type, time, data, payload FROM job_entry
            WHERE job = (SELECT number FROM job WHERE id = $1) AND sequence > $2
            ORDER BY sequence LIMIT $3
            """
    }
}

/// Lists: a page begins at a number, so it costs what is on it, however many jobs there are.
extension PostgresSQL.Job {
    static let pageUp = "SELECT \(columns) FROM job WHERE number > $1 ORDER BY number LIMIT $2"
    static let pageDown = "SELECT \(columns) FROM job WHERE number < $1 ORDER BY number DESC LIMIT $2"
    static let matchesUp = "SELECT \(columns) FROM job WHERE number > $5 AND \(matches) ORDER BY number LIMIT $6"
    static let matchesDown = """
        SELECT \(columns) FROM job WHERE number < $5 AND \(matches) ORDER BY number DESC LIMIT $6
        """

    private static let matches = """
        ($1::text IS NULL OR strpos(name, $1) > 0) AND ($2::text IS NULL OR strpos(status, $2) > 0)
            AND ($3::text IS NULL OR strpos(created_at, $3) > 0) AND ($4::text IS NULL OR strpos(completed_at, $4) > 0)
        """
}

/// Retention: what may go is looked up beside the writer, and is asked for once more when it is deleted.
extension PostgresSQL.Job {
    static let endedBefore = """
        SELECT number FROM job WHERE \(isForgettable) AND completed_at < $1 ORDER BY completed_at LIMIT $2
        """
    /// Numbers count submissions, so the newest jobs are those within so many of the last number.
    static let endedBeyond = """
        SELECT number FROM job WHERE number <= (SELECT max(number) FROM job) - $1::bigint AND \(isForgettable)
        ORDER BY number LIMIT $2
        """
    /// Answers how many there were. What another process is at is left to it.
    static let delete = """
        WITH gone AS (
            DELETE FROM job WHERE number IN (
                SELECT number FROM job WHERE number = ANY ($1::bigint[]) AND \(isForgettable)
                ORDER BY number FOR UPDATE SKIP LOCKED
            )
            RETURNING number
        ), documents AS (
            DELETE FROM job_document USING gone WHERE job = gone.number
        ), entries AS (
            DELETE FROM job_entry USING gone WHERE job = gone.number
        )
        SELECT count(*) FROM gone
        """
}

/// What a restart tells once more: the last entries of jobs at rest.
extension PostgresSQL.Job {
    static let lastEntries = lastEntries(where: "true", ended: "true")

    /// - Parameters:
    ///   - condition: which jobs; may have the parameters from $2 on.
    ///   - limit: which of those that ended well enough to be forgotten.
    static func lastEntries(where condition: String, ended limit: String) -> String {
        """
        SELECT sequence, type, time, data, payload, id FROM (
            \(latest("\(isForgettable) AND \(limit) AND \(condition)", by: "completed_at"))
            UNION ALL \(latest("\(isIncomplete) AND \(condition)", by: "number"))
            UNION ALL \(latest("\(isUnfinished) AND status = 'paused' AND \(condition)", by: "number"))
        ) AS resting JOIN job_entry ON job_entry.job = resting.number AND job_entry.sequence = resting.last_sequence
        """
    }

    private static func latest(_ condition: String, by column: String) -> String {
        """
        SELECT * FROM (
            SELECT number, id, last_sequence FROM job WHERE \(condition) ORDER BY \(column) DESC LIMIT $1
        ) AS latest
        """
    }
}
