import CPostgreSQL

/// The rows that a statement answered with, none for one that has no answer.
final class PostgresRows {
    let result: OpaquePointer

    /// Takes the result over.
    init(_ result: OpaquePointer) { self.result = result }

    deinit { PQclear(result) }

    var count: Int { Int(PQntuples(result)) }

    func first<T>(_ transform: (PostgresRow) throws -> T) rethrows -> T? {
        count == 0 ? nil : try transform(PostgresRow(rows: self, index: 0))
    }

    func map<T>(_ transform: (PostgresRow) throws -> T) rethrows -> [T] {
        try (0..<Int32(count)).map { try transform(PostgresRow(rows: self, index: $0)) }
    }
}
