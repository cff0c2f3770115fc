/// Finds a peer's row by its routing id: open addressing over nine-byte keys, one multiplication a look-up.
///
/// Every message is looked up here once, so there is no array, string or general hash in the way. Ids of more than
/// eight bytes, which peers may choose for themselves, take a detour over a dictionary.
struct RoutingTable: Sendable {
    private struct Cell {
        var key = RoutingID(word: 0, count: 0)
        var row = RoutingTable.empty
    }

    private static let empty: Int32 = -1

    private var cells: [Cell]
    private var shift: UInt64
    private var longIDs = LongRoutingIDs()
    private let seed: UInt64
    private(set) var count = 0

    /// - Parameter seed: makes it hard to choose ids that collide.
    init(seed: UInt64) {
        self.seed = seed
        cells = Array(repeating: Cell(), count: 64)
        shift = 64 - 6
    }

    /// The row of a peer; nil when there is none.
    @inline(__always)
    func row(of id: UnsafeRawBufferPointer) -> Int? {
        if id.count <= RoutingID.inlineLimit { return row(of: RoutingID(inline: id)) }
        return longIDs.key(of: id).flatMap { row(of: $0) }
    }

    /// Adds a peer that is not there.
    mutating func insert(_ id: UnsafeRawBufferPointer, row: Int) -> RoutingID {
        let key = id.count <= RoutingID.inlineLimit ? RoutingID(inline: id) : longIDs.insert(id)
        if count * 2 >= cells.count { grow() }
        place(key, Int32(truncatingIfNeeded: row))
        count += 1
        return key
    }

    mutating func remove(_ key: RoutingID) {
        guard let found = cell(of: key) else { return }
        close(gap: found)
        count -= 1
        if key.count == RoutingID.isElsewhere { longIDs.remove(key) }
    }

    /// Lends the bytes of an id, to be sent.
    @inline(__always)
    func withBytes<Result>(
        of key: RoutingID,
        _ body: (UnsafeRawBufferPointer) throws(any Error) -> Result
    ) rethrows -> Result {
        if key.count == RoutingID.isElsewhere { return try longIDs.bytes(of: key).withUnsafeBytes(body) }
        return try withUnsafeBytes(of: key.word) { try body(UnsafeRawBufferPointer(rebasing: $0[..<Int(key.count)])) }
    }
}

extension RoutingTable {
    private var mask: Int { cells.count - 1 }

    /// Where a key belongs; the high bits of a product depend on all bits of its factors.
    @inline(__always)
    private func home(of key: RoutingID) -> Int {
        let mixed = ((key.word ^ seed) &+ UInt64(key.count)) &* 0x9E37_79B9_7F4A_7C15
        return Int(truncatingIfNeeded: mixed >> shift)
    }

    @inline(__always)
    private func row(of key: RoutingID) -> Int? {
        cell(of: key).map { Int(cells[$0].row) }
    }

    @inline(__always)
    private func cell(of key: RoutingID) -> Int? {
        var index = home(of: key)
        while cells[index].row != Self.empty {
            if cells[index].key == key { return index }
            index = (index + 1) & mask
        }
        return nil
    }

    private mutating func place(_ key: RoutingID, _ row: Int32) {
        var index = home(of: key)
        while cells[index].row != Self.empty { index = (index + 1) & mask }
        cells[index] = Cell(key: key, row: row)
    }

    /// Moves back what stands behind a gap and could not be found across it.
    private mutating func close(gap: Int) {
        var gap = gap
        var index = (gap + 1) & mask
        while cells[index].row != Self.empty {
            let distance = (index - home(of: cells[index].key)) & mask
            if distance >= (index - gap) & mask {
                cells[gap] = cells[index]
                gap = index
            }
            index = (index + 1) & mask
        }
        cells[gap] = Cell()
    }

    private mutating func grow() {
        let old = cells
        cells = Array(repeating: Cell(), count: old.count * 2)
        shift -= 1
        for cell in old where cell.row != Self.empty { place(cell.key, cell.row) }
    }
}

/// The routing ids that do not fit into a word, by a number each.
private struct LongRoutingIDs: Sendable {
    private var keys: [[UInt8]: RoutingID] = [:]
    private var texts: [UInt64: [UInt8]] = [:]
    private var last: UInt64 = 0

    func key(of id: UnsafeRawBufferPointer) -> RoutingID? { keys[Array(id)] }

    func bytes(of key: RoutingID) -> [UInt8] { texts[key.word] ?? [] }

    mutating func insert(_ id: UnsafeRawBufferPointer) -> RoutingID {
        last += 1
        let key = RoutingID(word: last, count: RoutingID.isElsewhere)
        keys[Array(id)] = key
        texts[last] = Array(id)
        return key
    }

    mutating func remove(_ key: RoutingID) {
        guard let id = texts.removeValue(forKey: key.word) else { return }
        keys[id] = nil
    }
}
