/// The deadlines of the slots of a table, earliest first.
///
/// A binary heap that knows where each slot stands, so that an answered request takes its deadline along:
/// nothing stale is kept, and the earliest deadline is exact. Requests with the same timeout arrive in the
/// order of their deadlines, which makes an insertion a single comparison.
struct DeadlineHeap: Sendable {
    private struct Entry {
        let deadline: Moment
        let slot: Int
    }

    private static let absent = -1
    private var entries: [Entry] = []
    private var positions: [Int] = []

    var earliest: Moment? { entries.first?.deadline }
    var count: Int { entries.count }

    /// Adds the deadline of `slot`, which must have none.
    mutating func insert(_ deadline: Moment, slot: Int) {
        while positions.count <= slot { positions.append(Self.absent) }
        entries.append(Entry(deadline: deadline, slot: slot))
        positions[slot] = entries.count - 1
        siftUp(from: entries.count - 1)
    }

    /// Removes the deadline of `slot`, if it has one.
    mutating func remove(slot: Int) {
        guard slot < positions.count, positions[slot] != Self.absent else { return }
        let position = positions[slot]
        positions[slot] = Self.absent
        let last = entries.removeLast()
        guard position < entries.count else { return }
        place(last, at: position)
        siftDown(from: position)
        siftUp(from: positions[last.slot])
    }

    /// Removes and returns the slot whose deadline is the earliest, if that has passed.
    mutating func popExpired(at now: Moment) -> Int? {
        guard let first = entries.first, first.deadline <= now else { return nil }
        remove(slot: first.slot)
        return first.slot
    }

    private mutating func place(_ entry: Entry, at position: Int) {
        entries[position] = entry
        positions[entry.slot] = position
    }

    private mutating func siftUp(from start: Int) {
        let moving = entries[start]
        var position = start
        while position > 0 {
            let parent = (position - 1) / 2
            guard moving.deadline < entries[parent].deadline else { break }
            place(entries[parent], at: position)
            position = parent
        }
        place(moving, at: position)
    }

    private mutating func siftDown(from start: Int) {
        let moving = entries[start]
        var position = start
        while let child = earlierChild(of: position), entries[child].deadline < moving.deadline {
            place(entries[child], at: position)
            position = child
        }
        place(moving, at: position)
    }

    private func earlierChild(of position: Int) -> Int? {
        let left = 2 * position + 1
        let right = left + 1
        guard left < entries.count else { return nil }
        return right < entries.count && entries[right].deadline < entries[left].deadline ? right : left
    }
}
