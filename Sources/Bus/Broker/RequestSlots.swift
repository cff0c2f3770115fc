/// All requests on their way, by slots that are used again; a correlation is a slot and its generation.
struct RequestSlots: Sendable {
    private var slots: [RequestSlot] = []
    private var free: [Int] = []
    private let firstGeneration: UInt32

    /// - Parameter firstGeneration: where the generations of every slot begin; not 0.
    init(firstGeneration: UInt32 = 1) {
        self.firstGeneration = firstGeneration
    }

    var count: Int { slots.count - free.count }
    var capacity: Int { slots.count }

    subscript(slot: Int) -> RequestSlot {
        @inline(__always) _read { yield slots[slot] }
        @inline(__always) _modify { yield &slots[slot] }
    }

    /// Takes a slot; the second is whether the table grew for it.
    mutating func open() -> (slot: Int, isNew: Bool) {
        if let slot = free.popLast() { return (slot, false) }
        slots.append(RequestSlot(generation: firstGeneration))
        return (slots.count - 1, true)
    }

    /// Gives a slot back; its correlation is void from now on.
    mutating func close(_ slot: Int) {
        let generation = slots[slot].generation &+ 1
        slots[slot] = RequestSlot()
        slots[slot].generation = generation == 0 ? 1 : generation
        free.append(slot)
    }

    @inline(__always)
    func correlation(of slot: Int) -> UInt64 {
        UInt64(slots[slot].generation) << 32 | UInt64(truncatingIfNeeded: slot)
    }

    /// The slot of a correlation that is still valid.
    @inline(__always)
    func slot(of correlation: UInt64) -> Int? {
        let slot = Int(truncatingIfNeeded: correlation & 0xFFFF_FFFF)
        guard slot < slots.count, slots[slot].generation == UInt32(truncatingIfNeeded: correlation >> 32),
            slots[slot].state != .free
        else { return nil }
        return slot
    }
}
