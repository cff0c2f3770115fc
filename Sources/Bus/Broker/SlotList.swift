/// A list that is threaded through the rows of a table: its two ends.
struct SlotList: Sendable, Hashable {
    static let none: Int32 = -1

    fileprivate(set) var first = SlotList.none
    fileprivate(set) var last = SlotList.none

    var isEmpty: Bool { first == Self.none }
    var firstSlot: Int? { isEmpty ? nil : Int(first) }
    var lastSlot: Int? { isEmpty ? nil : Int(last) }
}

/// The links of all lists of one purpose: a slot is in one of them at most, so adding and removing allocates nothing
/// and searches nothing.
struct SlotLinks: Sendable {
    private struct Link {
        var next = SlotList.none
        var previous = SlotList.none
    }

    private var links: [Link] = []

    /// Makes room for one more slot.
    mutating func addSlot() { links.append(Link()) }

    func slot(after slot: Int) -> Int? {
        links[slot].next == SlotList.none ? nil : Int(links[slot].next)
    }

    mutating func append(_ slot: Int, to list: inout SlotList) {
        let number = Int32(truncatingIfNeeded: slot)
        links[slot] = Link(next: SlotList.none, previous: list.last)
        if list.isEmpty { list.first = number } else { links[Int(list.last)].next = number }
        list.last = number
    }

    mutating func prepend(_ slot: Int, to list: inout SlotList) {
        let number = Int32(truncatingIfNeeded: slot)
        links[slot] = Link(next: list.first, previous: SlotList.none)
        if list.isEmpty { list.last = number } else { links[Int(list.first)].previous = number }
        list.first = number
    }

    mutating func remove(_ slot: Int, from list: inout SlotList) {
        let link = links[slot]
        if link.previous == SlotList.none { list.first = link.next } else { links[Int(link.previous)].next = link.next }
        if link.next == SlotList.none {
            list.last = link.previous
        } else {
            links[Int(link.next)].previous = link.previous
        }
        links[slot] = Link()
    }
}
