/// Values under keys that are never mixed up: a key is an index and the generation of what lies there.
///
/// Looking up a reply's correlation is one array access; a reply that comes too late carries an old generation
/// and finds nothing, also when its index is used again.
struct Slab<Value> {
    fileprivate struct Slot {
        var generation: UInt32
        var value: Value?
    }

    private var slots: [Slot] = []
    private var free: [Int] = []

    var count: Int { slots.count - free.count }
    var isEmpty: Bool { count == 0 }

    /// Stores `value` and returns its key, which is never 0.
    mutating func insert(_ value: Value) -> UInt64 {
        let index = free.popLast() ?? addSlot()
        slots[index].value = value
        return Self.key(index: index, generation: slots[index].generation)
    }

    /// Takes the value out; nil when the key's value has been taken before.
    mutating func remove(_ key: UInt64) -> Value? {
        guard let index = index(of: key), let value = slots[index].value.take() else { return nil }
        slots[index].generation &+= 1
        if slots[index].generation == 0 { slots[index].generation = 1 }
        free.append(index)
        return value
    }

    subscript(key: UInt64) -> Value? {
        get { index(of: key).flatMap { slots[$0].value } }
        set {
            guard let index = index(of: key), slots[index].value != nil, newValue != nil else { return }
            slots[index].value = newValue
        }
    }

    /// The keys in use, in the order of their slots.
    var keys: [UInt64] {
        slots.indices.filter { slots[$0].value != nil }
            .map { Self.key(index: $0, generation: slots[$0].generation) }
    }

    /// Where the value of a key lies; small and dense, so fit to be the index of another array.
    static func index(in key: UInt64) -> Int { Int(truncatingIfNeeded: key & 0xFFFF_FFFF) }

    /// The key of what lies at `index` now.
    func key(at index: Int) -> UInt64 { Self.key(index: index, generation: slots[index].generation) }

    private func index(of key: UInt64) -> Int? {
        let index = Self.index(in: key)
        guard index < slots.count, slots[index].generation == UInt32(truncatingIfNeeded: key >> 32) else { return nil }
        return index
    }

    private mutating func addSlot() -> Int {
        slots.append(Slot(generation: 1, value: nil))
        return slots.count - 1
    }

    private static func key(index: Int, generation: UInt32) -> UInt64 {
        UInt64(generation) << 32 | UInt64(index)
    }
}

extension Slab: Sendable where Value: Sendable {}
extension Slab.Slot: Sendable where Value: Sendable {}
