extension String {
    /// PostgreSQL keeps no NUL character in a text, and SQLite's functions end at one: U+FFFD takes its place. The document
    /// has it as it was.
    var withoutNUL: String {
        utf8.contains(0) ? String(map { $0 == "\0" ? "\u{FFFD}" : $0 }) : self
    }
}
