/// One step from an older schema to a newer one. Steps are applied in order, each once.
struct Migration: Sendable {
    /// Its name for ever: what the database remembers as applied.
    let name: String
    /// One or more statements in SQLite's dialect; nil where there is nothing to do.
    let sqlite: String?
    /// The same in PostgreSQL's; nil where there is nothing to do, as an earlier step made all of it.
    let postgres: String?

    init(_ name: String, sqlite: String?, postgres: String?) {
        self.name = name
        self.sqlite = sqlite
        self.postgres = postgres
    }
}
