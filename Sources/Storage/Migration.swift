/// One step from an older schema to a newer one. Steps are applied in order, each once.
struct Migration: Sendable {
    /// Its name for ever: what the database remembers as applied.
    let name: String
    /// One or more statements in SQLite's dialect.
    let sqlite: String

    init(_ name: String, sqlite: String) {
        self.name = name
        self.sqlite = sqlite
    }
}
