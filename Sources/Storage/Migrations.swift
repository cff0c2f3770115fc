extension Migration {
    /// Applied in order, each once. Never edited after a release: add another.
    static let all = [
        Migration("0001-registry", sqlite: SQLiteSQL.Registry.create),
        Migration("0002-engine", sqlite: SQLiteSQL.Engine.create),
        Migration("0003-job", sqlite: SQLiteSQL.Job.create),
        Migration("0004-state", sqlite: SQLiteSQL.State.create),
        Migration("0005-job-submissions", sqlite: SQLiteSQL.Job.addSubmissions),
        Migration("0005-state-history", sqlite: SQLiteSQL.StateHistory.create),
        Migration("0006-engine-mark", sqlite: SQLiteSQL.EngineMark.create),
    ]
}
