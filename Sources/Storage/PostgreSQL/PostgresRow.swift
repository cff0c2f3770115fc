import CPostgreSQL

/// One row of an answer, valid as long as the rows that it is of.
struct PostgresRow {
    let rows: PostgresRows
    let index: Int32

    private func isNull(_ column: Int32) -> Bool { PQgetisnull(rows.result, index, column) == 1 }

    private func raw(_ column: Int32) -> UnsafeRawBufferPointer {
        let start = PQgetvalue(rows.result, index, column)
        return UnsafeRawBufferPointer(start: start, count: Int(PQgetlength(rows.result, index, column)))
    }

    func bytes(_ column: Int32) -> [UInt8] { Array(raw(column)) }

    func optionalBytes(_ column: Int32) -> [UInt8]? { isNull(column) ? nil : bytes(column) }

    func text(_ column: Int32) -> String { String(decoding: raw(column), as: UTF8.self) }

    func optionalText(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }

    /// A BIGINT; all integers that we store and ask for are.
    func integer(_ column: Int32) -> Int64 { raw(column).reduce(0) { $0 << 8 | Int64($1) } }

    func optionalInteger(_ column: Int32) -> Int64? { isNull(column) ? nil : integer(column) }
}
