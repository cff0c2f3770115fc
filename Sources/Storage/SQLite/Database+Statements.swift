import GRDB

/// SQL by statements that are compiled once a connection: an uncached statement costs three times its work.
extension Database {
    /// Executes a statement that answers nothing.
    func run(_ sql: String, _ values: [(any DatabaseValueConvertible)?] = []) throws {
        let statement = try cachedStatement(sql: sql)
        try statement.execute(arguments: StatementArguments(values))
    }

    /// Maps the first row, or answers nil when there is none.
    func first<T>(
        _ sql: String,
        _ values: [(any DatabaseValueConvertible)?] = [],
        _ transform: (Row) throws -> T
    ) throws -> T? {
        let cursor = try Row.fetchCursor(cachedStatement(sql: sql), arguments: StatementArguments(values))
        return try cursor.next().map(transform)
    }

    /// Maps every row.
    func all<T>(
        _ sql: String,
        _ values: [(any DatabaseValueConvertible)?] = [],
        _ transform: (Row) throws -> T
    ) throws -> [T] {
        let cursor = try Row.fetchCursor(cachedStatement(sql: sql), arguments: StatementArguments(values))
        var result: [T] = []
        while let row = try cursor.next() {
            result.append(try transform(row))
        }
        return result
    }
}
