import GRDB

/// The row that a statement stands on; it is gone with the statement's next step.
struct SQLiteRow {
    private let statement: SQLiteStatement

    init(of statement: SQLiteStatement) { self.statement = statement }

    /// The column of this number, from 0; NULL is nil where that may be, else 0 or empty.
    subscript<Value: SQLiteValue>(index: Int) -> Value { Value(column: CInt(index), of: statement) }
}
