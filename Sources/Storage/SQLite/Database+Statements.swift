import GRDB
import GRDBSQLite

/// SQL by statements that are compiled once a connection: an uncached statement costs three times its work.
///
/// Parameters and columns go straight to and from SQLite. By way of GRDB's arguments and rows, which are boxed, checked
/// and copied, a write took half as much time again.
extension Database {
    /// Executes a statement that answers nothing.
    func run(_ sql: String, _ values: [any SQLiteValue] = []) throws {
        try withStatement(sql, values) { statement in while try statement.step() {} }
    }

    /// Maps the first row, or answers nil when there is none.
    func first<T>(_ sql: String, _ values: [any SQLiteValue] = [], _ transform: (SQLiteRow) throws -> T) throws -> T? {
        try withStatement(sql, values) { statement in
            // The first step of a statement with RETURNING has made all of its changes.
            try statement.step() ? transform(statement.row) : nil
        }
    }

    /// Maps every row.
    func all<T>(_ sql: String, _ values: [any SQLiteValue] = [], _ transform: (SQLiteRow) throws -> T) throws -> [T] {
        try withStatement(sql, values) { statement in
            var result: [T] = []
            while try statement.step() { result.append(try transform(statement.row)) }
            return result
        }
    }

    /// Lends a statement with its parameters, and leaves it ready for the next time.
    private func withStatement<T>(
        _ sql: String,
        _ values: [any SQLiteValue],
        _ body: (RunningStatement) throws -> T
    ) throws -> T {
        let statement = RunningStatement(
            handle: try cachedStatement(sql: sql).sqliteStatement,
            database: self,
            sql: sql
        )
        defer { statement.reset() }
        try statement.bind(values)
        return try body(statement)
    }
}

/// A statement that is being executed.
private struct RunningStatement {
    let handle: SQLiteStatement
    let database: Database
    let sql: String

    var row: SQLiteRow { SQLiteRow(of: handle) }

    func bind(_ values: [any SQLiteValue]) throws {
        for (index, value) in values.enumerated() {
            try check(value.bind(to: handle, at: CInt(index + 1)))
        }
    }

    /// Goes on to the next row; false at the end.
    func step() throws -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code: throw error(code)
        }
    }

    /// Its result repeats what the last step told.
    func reset() {
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
    }

    private func check(_ code: CInt) throws {
        if code != SQLITE_OK { throw error(code) }
    }

    private func error(_ code: CInt) -> DatabaseError {
        DatabaseError(resultCode: ResultCode(rawValue: code), message: database.lastErrorMessage, sql: sql)
    }
}
