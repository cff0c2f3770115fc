/// The requests that wait for one service: ten lists, the most urgent first, each in the order of arrival.
struct PriorityQueue: Sendable {
    private var lists = InlineArray<10, SlotList>(repeating: SlotList())
    /// Bit n: list n is not empty.
    private var occupied: UInt16 = 0
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    /// The request whose turn it is.
    var first: Int? {
        occupied == 0 ? nil : lists[15 - occupied.leadingZeroBitCount].firstSlot
    }

    mutating func append(_ slot: Int, priority: UInt8, links: inout SlotLinks) {
        links.append(slot, to: &lists[Int(priority)])
        occupied |= 1 << UInt16(priority)
        count += 1
    }

    /// Puts a request before all others of its priority: it has waited already.
    mutating func prepend(_ slot: Int, priority: UInt8, links: inout SlotLinks) {
        links.prepend(slot, to: &lists[Int(priority)])
        occupied |= 1 << UInt16(priority)
        count += 1
    }

    mutating func remove(_ slot: Int, priority: UInt8, links: inout SlotLinks) {
        links.remove(slot, from: &lists[Int(priority)])
        if lists[Int(priority)].isEmpty { occupied &= ~(1 << UInt16(priority)) }
        count -= 1
    }
}
