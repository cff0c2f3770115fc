extension String {
    /// PostgreSQL keeps no NUL character in a text: U+FFFD takes its place, in SQLite as well. The document has it as it
    /// was.
    var withoutNUL: String {
        utf8.contains(0) ? String(map { $0 == "\0" ? "\u{FFFD}" : $0 }) : self
    }
}
