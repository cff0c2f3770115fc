import GRDB
import GRDBSQLite

/// An id that a client chose, as a column: its bytes, so that it is compared and ordered by them, NUL characters
/// included.
struct Key: SQLiteValue, Sendable {
    let text: String

    init(_ text: String) {
        self.text = text
    }

    func bind(to statement: SQLiteStatement, at index: CInt) -> CInt { Array(text.utf8).bind(to: statement, at: index) }

    init(column index: CInt, of statement: SQLiteStatement) {
        text = String(column: index, of: statement)
    }
}
