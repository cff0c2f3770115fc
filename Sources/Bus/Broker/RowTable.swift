/// Rows that keep their number as long as they live; the number of a removed row is used again.
///
/// Everything the broker knows of peers, services and workers refers to each other by such numbers.
struct RowTable<Row: BrokerRow>: Sendable {
    private var rows: [Row] = []
    private var vacant: [Int] = []

    var count: Int { rows.count - vacant.count }

    subscript(index: Int) -> Row {
        @inline(__always) _read { yield rows[index] }
        @inline(__always) _modify { yield &rows[index] }
    }

    mutating func insert(_ row: Row) -> Int {
        guard let index = vacant.popLast() else {
            rows.append(row)
            return rows.count - 1
        }
        rows[index] = row
        return index
    }

    mutating func remove(_ index: Int) {
        rows[index] = .vacant
        vacant.append(index)
    }

    /// The numbers of the rows that live.
    var indices: some Sequence<Int> { rows.indices.lazy.filter { rows[$0].isLive } }
}

/// What a ``RowTable`` holds.
protocol BrokerRow: Sendable {
    /// What stands where no row lives.
    static var vacant: Self { get }
    var isLive: Bool { get }
}
