import GRDB
import GRDBSQLite

/// What a parameter or a column holds. SQLite copies it both ways, so nothing has to outlive a call.
protocol SQLiteValue {
    /// Makes this the parameter at `index`, which counts from 1.
    ///
    /// - Returns: SQLite's result code.
    func bind(to statement: SQLiteStatement, at index: CInt) -> CInt

    /// Reads the column at `index`, which counts from 0. What is not of this type reads as SQLite converts it.
    init(column index: CInt, of statement: SQLiteStatement)
}

extension Int64: SQLiteValue {
    func bind(to statement: SQLiteStatement, at index: CInt) -> CInt { sqlite3_bind_int64(statement, index, self) }

    init(column index: CInt, of statement: SQLiteStatement) { self = sqlite3_column_int64(statement, index) }
}

extension Int: SQLiteValue {
    func bind(to statement: SQLiteStatement, at index: CInt) -> CInt { Int64(self).bind(to: statement, at: index) }

    init(column index: CInt, of statement: SQLiteStatement) {
        self.init(clamping: Int64(column: index, of: statement))
    }
}

extension String: SQLiteValue {
    func bind(to statement: SQLiteStatement, at index: CInt) -> CInt {
        var text = self
        return text.withUTF8 { bytes in
            // An empty text may have no address, for which SQLite would take NULL.
            guard let start = bytes.baseAddress else { return sqlite3_bind_text(statement, index, "", 0, copied) }
            return start.withMemoryRebound(to: CChar.self, capacity: bytes.count) {
                sqlite3_bind_text64(statement, index, $0, UInt64(bytes.count), copied, UInt8(SQLITE_UTF8))
            }
        }
    }

    init(column index: CInt, of statement: SQLiteStatement) {
        // In this order: asking for the text may convert what is there, which changes the count.
        let start = sqlite3_column_text(statement, index)
        let count = Int(sqlite3_column_bytes(statement, index))
        self.init(decoding: UnsafeBufferPointer(start: start, count: start == nil ? 0 : count), as: UTF8.self)
    }
}

extension [UInt8]: SQLiteValue {
    func bind(to statement: SQLiteStatement, at index: CInt) -> CInt {
        guard !isEmpty else { return sqlite3_bind_zeroblob(statement, index, 0) }
        return withUnsafeBytes { bytes in
            sqlite3_bind_blob64(statement, index, bytes.baseAddress, UInt64(bytes.count), copied)
        }
    }

    init(column index: CInt, of statement: SQLiteStatement) {
        let start = sqlite3_column_blob(statement, index)
        let count = Int(sqlite3_column_bytes(statement, index))
        self.init(UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count))
    }
}

/// NULL is nil.
extension Optional: SQLiteValue where Wrapped: SQLiteValue {
    func bind(to statement: SQLiteStatement, at index: CInt) -> CInt {
        self?.bind(to: statement, at: index) ?? sqlite3_bind_null(statement, index)
    }

    init(column index: CInt, of statement: SQLiteStatement) {
        let isNull = sqlite3_column_type(statement, index) == SQLITE_NULL
        self = isNull ? nil : Wrapped(column: index, of: statement)
    }
}

/// Tells SQLite to copy what it is given: `SQLITE_TRANSIENT`, a macro that Swift does not see.
private var copied: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }
