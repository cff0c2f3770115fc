import GRDB
import GRDBSQLite

/// SQL by statements that are compiled once a connection: an uncached statement costs three times its work.
///
/// Parameters and columns go straight to and from SQLite. GRDB's arguments and rows, which are boxed, checked and copied,
/// were 13 % of the samples of a one-task job, SQLite itself 9 %.
extension Database {
    /// Executes a statement that answers nothing.
    func run(_ sql: String, _ values: [any SQLiteValue] = []) throws {
        try withStatement(sql, values) { statement in while try statement.step() {} }
    }

    /// Maps the first row, or answers nil when there is none.
    func first<T>(_ sql: String, _ values: [any SQLiteValue] = [], _ transform: (SQLiteRow) throws -> T) throws -> T? {
        try withStatement(sql, values) { statement in
            // The first step of a statement with RETURNING has made all of its changes; the transaction, in which all
            // writes are, tells whether they last.
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
        let statement = RunningStatement(try cachedStatement(sql: sql), in: self)
        defer { statement.reset() }
        try statement.bind(values)
        return try body(statement)
    }
}

/// A statement that is being executed. What maps its rows executes no other statement of the same text.
private struct RunningStatement {
    // Kept, as the handle lives as long as it does.
    private let statement: Statement
    private let database: Database
    private var handle: SQLiteStatement { statement.sqliteStatement }

    init(_ statement: Statement, in database: Database) {
        self.statement = statement
        self.database = database
        assert(sqlite3_stmt_busy(handle) == 0, "in use: \(statement.sql)")
    }

    var row: SQLiteRow { SQLiteRow(of: handle) }

    func bind(_ values: [any SQLiteValue]) throws {
        assert(values.count == Int(sqlite3_bind_parameter_count(handle)), "other parameters: \(statement.sql)")
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

    /// Its result says nothing new: the last step told it, or there is a transaction that will.
    func reset() {
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
    }

    private func check(_ code: CInt) throws {
        if code != SQLITE_OK { throw error(code) }
    }

    private func error(_ code: CInt) -> DatabaseError {
        DatabaseError(resultCode: ResultCode(rawValue: code), message: database.lastErrorMessage, sql: statement.sql)
    }
}
