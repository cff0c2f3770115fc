extension PostgresSQL {
    /// A job names its owner, and an owner says until when it is to be believed. Times are the server's, in milliseconds.
    enum JobLease {
        static let create = """
            CREATE TABLE job_owner (
                id BYTEA NOT NULL PRIMARY KEY,
                lease_until BIGINT NOT NULL
            ) WITH (fillfactor = 50);
            ALTER TABLE job ADD COLUMN owner BYTEA;
            ALTER TABLE job ADD COLUMN token BIGINT NOT NULL DEFAULT 0;
            """

        private static let now = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint"
        /// What has not ended, in the words of the index `job_unfinished`.
        private static let isUnfinished = "job.status IN ('queued', 'running', 'paused', 'reverting')"
        private static let goesOn = "\(isUnfinished) AND job.status <> 'paused'"
        private static let isFree = """
            NOT EXISTS (SELECT 1 FROM job_owner WHERE job_owner.id = job.owner AND lease_until > \(now))
            """

        /// Tells all of an owner that they have not heard of.
        static let renew = """
            WITH renewed AS (
                INSERT INTO job_owner (id, lease_until) VALUES ($1, \(now) + $2::bigint)
                ON CONFLICT (id) DO UPDATE SET lease_until = excluded.lease_until
                RETURNING xmax = 0 AS is_new
            )
            SELECT pg_notify('platform_jobs', $3::text)::text FROM renewed WHERE is_new
            """
        static let claim = """
            WITH free AS MATERIALIZED (
                SELECT number FROM job WHERE \(goesOn) AND \(isFree)
                ORDER BY number LIMIT $2 FOR UPDATE OF job SKIP LOCKED
            )
            UPDATE job SET owner = $1, token = token + 1 FROM free WHERE job.number = free.number
            RETURNING job.number, id, token
            """
        /// Answers no row when another has it. Who has it already keeps the token.
        static let claimOne = """
            UPDATE job SET owner = $1, token = CASE WHEN owner = $1 THEN token ELSE token + 1 END
            WHERE id = $2 AND (owner = $1 OR \(isFree))
            RETURNING number, id, token
            """
        static let release = """
            WITH given AS (
                UPDATE job SET owner = NULL WHERE id = $1 AND owner = $2 AND token = $3 RETURNING number
            )
            SELECT pg_notify('platform_jobs', $4::text)::text FROM given
            """
        static let resign = """
            WITH given AS (
                UPDATE job SET owner = NULL WHERE owner = $1 AND \(isUnfinished)
            ), gone AS (
                DELETE FROM job_owner WHERE id = $1
            )
            SELECT pg_notify('platform_jobs', $2::text)::text
            """

        static let holder = "SELECT owner, token FROM job WHERE id = $1"
        static let livingHolder = "SELECT owner FROM job WHERE id = $1 AND NOT \(isFree)"
        static let held = "SELECT id FROM job WHERE owner = $1 AND \(isUnfinished)"

        /// Milliseconds until the first of the other owners is not to be believed any more; NULL when there are none.
        static let untilNextLapse = "SELECT min(lease_until) - \(now) FROM job_owner WHERE id <> $1"
        static let listen = "LISTEN platform_jobs"
    }
}

/// What owners leave behind.
extension PostgresSQL.JobLease {
    static let gone = "SELECT id, lease_until FROM job_owner WHERE lease_until <= \(now)"
    /// The last entries of an owner's jobs at rest; $3 bounds from when on they may have ended.
    static let lastEntries = PostgresSQL.Job.lastEntries(
        where: "job.owner = $2",
        ended: "job.completed_at >= $3"
    )
    /// Owners that are gone still, and have left nothing to go on.
    static let forget = """
        DELETE FROM job_owner WHERE id IN (
            SELECT id FROM job_owner AS gone WHERE id = ANY ($1::bytea[]) AND lease_until <= \(now)
                AND NOT EXISTS (SELECT 1 FROM job WHERE job.owner = gone.id AND \(goesOn))
            FOR UPDATE SKIP LOCKED
        )
        """
}
