/// A statement with its parameters: prepared once a connection, by its text.
struct PostgresCommand: Sendable {
    let sql: String
    var values: [PostgresValue] = []
}

/// How one statement of a batch ended.
enum PostgresReply {
    case rows(PostgresRows)
    case failed(PostgresRefusal)
    /// A statement before it failed, so it was not looked at.
    case skipped
}
