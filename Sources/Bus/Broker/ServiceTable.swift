/// Finds a service's row by the bytes of its name as they stand in a frame; no string is made.
struct ServiceTable: Sendable {
    private static let empty: Int32 = -1

    private struct Cell {
        var hash: UInt64 = 0
        var row = ServiceTable.empty
    }

    private var cells: [Cell]
    private var rows = RowTable<ServiceRow>()
    private let seed: UInt64

    init(seed: UInt64) {
        self.seed = seed
        cells = Array(repeating: Cell(), count: 64)
    }

    var count: Int { rows.count }
    var indices: some Sequence<Int> { rows.indices }

    subscript(row: Int) -> ServiceRow {
        @inline(__always) _read { yield rows[row] }
        @inline(__always) _modify { yield &rows[row] }
    }

    @inline(__always)
    func row(of name: UnsafeRawBufferPointer) -> Int? {
        let hash = hash(of: name)
        var index = Int(truncatingIfNeeded: hash) & mask
        while cells[index].row != Self.empty {
            let row = Int(cells[index].row)
            if cells[index].hash == hash, isEqual(rows[row].name, name) { return row }
            index = (index + 1) & mask
        }
        return nil
    }

    /// Adds a service that is not there.
    mutating func insert(_ name: UnsafeRawBufferPointer) -> Int {
        let row = rows.insert(ServiceRow(name: Array(name), isLive: true))
        if rows.count * 2 > cells.count { rebuild(size: cells.count * 2) } else { place(row) }
        return row
    }

    /// Removes a service. Services come and go rarely, so the cells are simply made again.
    mutating func remove(_ row: Int) {
        rows.remove(row)
        rebuild(size: cells.count)
    }
}

extension ServiceTable {
    private var mask: Int { cells.count - 1 }

    private mutating func rebuild(size: Int) {
        cells = Array(repeating: Cell(), count: size)
        for row in Array(rows.indices) { place(row) }
    }

    private mutating func place(_ row: Int) {
        let hash = rows[row].name.withUnsafeBytes { self.hash(of: $0) }
        var index = Int(truncatingIfNeeded: hash) & mask
        while cells[index].row != Self.empty { index = (index + 1) & mask }
        cells[index] = Cell(hash: hash, row: Int32(truncatingIfNeeded: row))
    }

    /// Eight bytes at a time: multiply, and fold the high half into the low one.
    @inline(__always)
    private func hash(of name: UnsafeRawBufferPointer) -> UInt64 {
        var hash = seed ^ UInt64(truncatingIfNeeded: name.count)
        var offset = 0
        while offset + 8 <= name.count {
            hash = Self.mix(hash, name.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            offset += 8
        }
        var rest: UInt64 = 0
        while offset < name.count {
            rest = rest << 8 | UInt64(name[offset])
            offset += 1
        }
        return Self.mix(hash, rest)
    }

    @inline(__always)
    private static func mix(_ hash: UInt64, _ word: UInt64) -> UInt64 {
        let product = (hash ^ word).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        return product.high ^ product.low
    }

    @inline(__always)
    private func isEqual(_ stored: [UInt8], _ name: UnsafeRawBufferPointer) -> Bool {
        stored.count == name.count && stored.withUnsafeBytes { $0.elementsEqual(name) }
    }
}
