/// All SQL in PostgreSQL's dialect; each store adds its own statements in a file beside it.
///
/// Integers are BIGINT throughout, as answers are read in binary.
enum PostgresSQL {
    static let begin = "BEGIN"
    static let beginReading = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
    static let commit = "COMMIT"
    static let rollback = "ROLLBACK"
    static let savepoint = "SAVEPOINT one"
    static let release = "RELEASE one"
    static let rollbackToSavepoint = "ROLLBACK TO one"

    /// Settings last as long as the session. A server that answers a commit before it is on the disk is told not to.
    static let ready = """
        SELECT current_setting('server_encoding'), current_setting('server_version_num')::bigint,
            set_config('statement_timeout', $1::text, false), set_config('lock_timeout', $2::text, false),
            set_config('idle_in_transaction_session_timeout', '60000', false),
            set_config('search_path', coalesce($3::text, current_setting('search_path')), false),
            set_config('synchronous_commit', CASE current_setting('synchronous_commit')
                WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END, false)
        """

    /// Waits for each lock in the order of their numbers, so that two groups never wait for each other.
    static let lock = """
        SELECT pg_advisory_xact_lock(number) FROM (
            SELECT DISTINCT number FROM unnest($1::bigint[]) AS number ORDER BY number
        ) AS locks
        """

    /// One row a writer: the number of its last commit, by which it can tell after a lost connection if that was made.
    enum Writer {
        static let create = """
            CREATE TABLE writer (
                id BYTEA NOT NULL PRIMARY KEY,
                commits BIGINT NOT NULL,
                seen_at TIMESTAMPTZ NOT NULL DEFAULT now()
            );
            """
        static let mark = """
            INSERT INTO writer (id, commits) VALUES ($1, $2)
            ON CONFLICT (id) DO UPDATE SET commits = excluded.commits, seen_at = now()
            """
        /// Waits until the writer's last transaction has ended, one way or the other.
        static let commits = """
            INSERT INTO writer (id, commits) VALUES ($1, 0)
            ON CONFLICT (id) DO UPDATE SET seen_at = now()
            RETURNING commits
            """
        /// Those of processes that have ended long ago without saying so.
        static let deleteOld = "DELETE FROM writer WHERE seen_at < now() - interval '7 days'"
        static let delete = "DELETE FROM writer WHERE id = $1"
    }

    static let schemaExists = "SELECT 1::bigint FROM pg_catalog.pg_namespace WHERE nspname = $1::text"
    static let createMigration = """
        CREATE TABLE IF NOT EXISTS migration (
            name TEXT NOT NULL PRIMARY KEY,
            applied_at TIMESTAMPTZ NOT NULL DEFAULT now()
        )
        """
    static let migrationNames = "SELECT name FROM migration ORDER BY name"
    static let insertMigration = "INSERT INTO migration (name) VALUES ($1)"
    /// Making an index may take longer than a statement may.
    static let noTimeouts = "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0"
}
