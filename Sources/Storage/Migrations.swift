extension Migration {
    /// Applied in order, each once. Never edited after a release: add another.
    static let all = [
        Migration("0001-registry", sqlite: SQLiteSQL.Registry.create, postgres: PostgresSQL.Registry.create),
        Migration("0002-engine", sqlite: SQLiteSQL.Engine.create, postgres: PostgresSQL.Engine.create),
        Migration("0003-job", sqlite: SQLiteSQL.Job.create, postgres: PostgresSQL.Job.create),
        Migration("0004-state", sqlite: SQLiteSQL.State.create, postgres: PostgresSQL.State.create),
        Migration("0005-job-submissions", sqlite: SQLiteSQL.Job.addSubmissions, postgres: nil),
        Migration(
            "0005-state-history",
            sqlite: SQLiteSQL.StateHistory.create,
            postgres: PostgresSQL.StateHistory.create
        ),
        Migration("0006-engine-mark", sqlite: SQLiteSQL.EngineMark.create, postgres: PostgresSQL.EngineMark.create),
        Migration("0006-writer", sqlite: nil, postgres: PostgresSQL.Writer.create),
        Migration("0007-job-lease", sqlite: nil, postgres: PostgresSQL.JobLease.create),
    ]
}
