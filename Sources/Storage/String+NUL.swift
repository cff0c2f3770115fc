extension String {
    /// Neither GRDB nor PostgreSQL keep a NUL character in a text: U+FFFD takes its place. The document has it as it was.
    var withoutNUL: String {
        utf8.contains(0) ? String(map { $0 == "\0" ? "\u{FFFD}" : $0 }) : self
    }
}
