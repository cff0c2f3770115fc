/// Finds requests by what their clients call them, for clients that have many under way.
///
/// Most requests are never looked up so: only a cancel or a grant does it, and a client with few requests is searched
/// through. The first search that takes long enters all requests of its client here, and they are kept here until the
/// client has none: so no look-up costs more, on average, than the requests that were made before it.
///
/// Of several requests of a client under the same correlation, which the protocol forbids, only one is found.
struct RequestIndex: Sendable {
    private struct Cell {
        var correlation: UInt64 = 0
        var client: Int32 = 0
        var slot = SlotList.none
    }

    private static let smallest = 64

    private var cells: [Cell] = []
    private var shift: UInt64 = 0
    private let seed: UInt64
    private(set) var count = 0

    /// - Parameter seed: makes it hard to choose correlations that collide.
    init(seed: UInt64) { self.seed = seed }

    func slot(of correlation: UInt64, client: Int) -> Int? {
        guard count > 0 else { return nil }
        let cell = cell(of: correlation, client)
        return cells[cell].slot == SlotList.none ? nil : Int(cells[cell].slot)
    }

    mutating func insert(_ correlation: UInt64, client: Int, slot: Int) {
        if count * 2 >= cells.count { resize(to: max(cells.count * 2, Self.smallest)) }
        let cell = cell(of: correlation, client)
        guard cells[cell].slot == SlotList.none else { return }
        cells[cell] = Cell(
            correlation: correlation,
            client: Int32(truncatingIfNeeded: client),
            slot: Int32(truncatingIfNeeded: slot)
        )
        count += 1
    }

    /// Removes a request; nothing happens when another one of the same client and correlation stands there.
    mutating func remove(_ correlation: UInt64, client: Int, slot: Int) {
        guard count > 0 else { return }
        let found = cell(of: correlation, client)
        guard cells[found].slot == Int32(truncatingIfNeeded: slot) else { return }
        close(gap: found)
        count -= 1
        if count == 0 { cells = [] }
    }
}

extension RequestIndex {
    private var mask: Int { cells.count - 1 }

    @inline(__always)
    private func home(of correlation: UInt64, _ client: Int32) -> Int {
        let word = (correlation ^ seed) &+ UInt64(UInt32(bitPattern: client)) &* 0xD6E8_FEB8_6659_FD93
        let mixed = word.multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        return Int(truncatingIfNeeded: (mixed.high ^ mixed.low) >> shift)
    }

    /// Where the request stands, or the free cell where it would.
    private func cell(of correlation: UInt64, _ client: Int) -> Int {
        let client = Int32(truncatingIfNeeded: client)
        var index = home(of: correlation, client)
        while cells[index].slot != SlotList.none {
            if cells[index].correlation == correlation, cells[index].client == client { return index }
            index = (index + 1) & mask
        }
        return index
    }

    /// Moves back what stands behind a gap and could not be found across it.
    private mutating func close(gap: Int) {
        var gap = gap
        var index = (gap + 1) & mask
        while cells[index].slot != SlotList.none {
            let distance = (index - home(of: cells[index].correlation, cells[index].client)) & mask
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
        for cell in old where cell.slot != SlotList.none {
            cells[self.cell(of: cell.correlation, Int(cell.client))] = cell
        }
    }
}
