import Foundation
import GRDB

/// An id that a client chose, as a column: its bytes.
///
/// GRDB ends a text at a NUL character, so as text the ids `a` and `a\u{0}b` would be one.
struct Key: DatabaseValueConvertible, Sendable {
    let text: String

    init(_ text: String) {
        self.text = text
    }

    var databaseValue: DatabaseValue { Data(text.utf8).databaseValue }

    static func fromDatabaseValue(_ value: DatabaseValue) -> Key? {
        Data.fromDatabaseValue(value).map { Key(String(decoding: $0, as: UTF8.self)) }
    }
}
