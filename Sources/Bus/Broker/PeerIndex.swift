/// Finds rows by a peer and a number: a peer's requests by their correlations, its places in the queues by service.
///
/// Open addressing, one multiplication a look-up. Of several rows under the same key only the first one is kept.
struct PeerIndex: Sendable {
    private struct Cell {
        var number: UInt64 = 0
        var peer: Int32 = 0
        var row = SlotList.none
    }

    private static let smallest = 64

    private var cells = [Cell](repeating: Cell(), count: PeerIndex.smallest)
    private var shift = UInt64(64 - PeerIndex.smallest.trailingZeroBitCount)
    private let seed: UInt64
    private(set) var count = 0

    /// - Parameter seed: makes it hard to choose numbers that collide.
    init(seed: UInt64) { self.seed = seed }

    func row(of number: UInt64, peer: Int) -> Int? {
        let cell = cell(of: number, peer)
        return cells[cell].row == SlotList.none ? nil : Int(cells[cell].row)
    }

    mutating func insert(_ number: UInt64, peer: Int, row: Int) {
        if count * 2 >= cells.count { resize(to: cells.count * 2) }
        let cell = cell(of: number, peer)
        guard cells[cell].row == SlotList.none else { return }
        cells[cell] = Cell(
            number: number,
            peer: Int32(truncatingIfNeeded: peer),
            row: Int32(truncatingIfNeeded: row)
        )
        count += 1
    }

    /// Removes a row; nothing happens when another one stands under this key.
    mutating func remove(_ number: UInt64, peer: Int, row: Int) {
        let found = cell(of: number, peer)
        guard cells[found].row == Int32(truncatingIfNeeded: row) else { return }
        close(gap: found)
        count -= 1
        if count == 0, cells.count > Self.smallest { resize(to: Self.smallest) }
    }
}

extension PeerIndex {
    private var mask: Int { cells.count - 1 }

    @inline(__always)
    private func home(of number: UInt64, _ peer: Int32) -> Int {
        let word = (number ^ seed) &+ UInt64(UInt32(bitPattern: peer)) &* 0xD6E8_FEB8_6659_FD93
        let mixed = word.multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        return Int(truncatingIfNeeded: (mixed.high ^ mixed.low) >> shift)
    }

    /// Where the row stands, or the free cell where it would.
    private func cell(of number: UInt64, _ peer: Int) -> Int {
        let peer = Int32(truncatingIfNeeded: peer)
        var index = home(of: number, peer)
        while cells[index].row != SlotList.none {
            if cells[index].number == number, cells[index].peer == peer { return index }
            index = (index + 1) & mask
        }
        return index
    }

    /// Moves back what stands behind a gap and could not be found across it.
    private mutating func close(gap: Int) {
        var gap = gap
        var index = (gap + 1) & mask
        while cells[index].row != SlotList.none {
            let distance = (index - home(of: cells[index].number, cells[index].peer)) & mask
            if distance >= (index - gap) & mask {
                cells[gap] = cells[index]
                gap = index
            }
            index = (index + 1) & mask
        }
        cells[gap] = Cell()
    }

    private mutating func resize(to size: Int) {
        let old = cells
        cells = Array(repeating: Cell(), count: size)
        shift = UInt64(64 - size.trailingZeroBitCount)
        for cell in old where cell.row != SlotList.none {
            cells[self.cell(of: cell.number, Int(cell.peer))] = cell
        }
    }
}
