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
        /// What goes on by itself: the index `job_unfinished` has these and the paused ones.
        private static let goesOn = """
            job.status IN ('queued', 'running', 'paused', 'reverting') AND job.status <> 'paused'
            """
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
            SELECT pg_notify('platform_jobs', $3::text) FROM renewed WHERE is_new
            """
        static let claim = """
            UPDATE job SET owner = $1, token = token + 1 WHERE number IN (
                SELECT number FROM job WHERE \(goesOn) AND \(isFree)
                ORDER BY number LIMIT $2 FOR UPDATE OF job SKIP LOCKED
            )
            RETURNING number, id, token
            """
        /// Answers no row when another has it. Who has it already keeps the token.
        static let claimOne = """
            UPDATE job SET owner = $1, token = CASE WHEN owner = $1 THEN token ELSE token + 1 END
            WHERE id = $2 AND (owner = $1 OR \(isFree))
            RETURNING number, id, token
            """
        /// Owners that are gone and have left nothing to go on.
        static let forget = """
            DELETE FROM job_owner WHERE id IN (
                SELECT id FROM job_owner AS gone WHERE lease_until <= \(now)
                    AND NOT EXISTS (SELECT 1 FROM job WHERE job.owner = gone.id AND \(goesOn))
                FOR UPDATE SKIP LOCKED
            )
            """
        static let release = """
            UPDATE job SET owner = NULL FROM unnest($2::bytea[], $3::bigint[]) AS held (id, token)
            WHERE job.id = held.id AND job.token = held.token AND job.owner = $1
            """
        /// Of a job that was made in the same transaction.
        static let own = "UPDATE job SET owner = $1, token = 1 WHERE number = $2"
        static let holder = "SELECT owner, token FROM job WHERE id = $1"

        /// Milliseconds until the first of the other owners is not to be believed any more; NULL when there are none.
        static let untilNextLapse = "SELECT min(lease_until) - \(now) FROM job_owner WHERE id <> $1"
        static let notify = "SELECT pg_notify('platform_jobs', $1)"
        static let listen = "LISTEN platform_jobs"
    }
}
