import Synchronization

/// Documents in memory: for tests and for platforms that may forget.
public final class MemoryStateStore: StateStore {
    fileprivate struct Slots {
        var documents: [StateKey: StateDocument] = [:]
        var removed = RemovedVersions()
        /// The ids by their bytes; nil when they must be sorted again.
        var order: [StateKey]?

        func slot(_ key: StateKey) -> StateSlot {
            documents[key].map(StateSlot.init) ?? StateSlot(removedAt: removed[key] ?? 0)
        }
    }

    private let slots = Mutex(Slots())

    /// A store without documents.
    public init() {}

    public func document(_ id: String) async throws -> StateDocument? {
        slots.withLock { $0.documents[StateKey(id)] }
    }

    public func summaries(after id: String?, limit: Int) async throws -> [StateSummary] {
        slots.withLock { slots in
            let order = slots.order ?? slots.documents.keys.sorted()
            slots.order = order
            let start = id.map { Self.position(after: StateKey($0), in: order) } ?? 0
            return order[start...].prefix(limit).compactMap { slots.documents[$0].map(StateSummary.init) }
        }
    }

    public func update<Outcome: Sendable>(
        _ id: String,
        _ decide: @escaping @Sendable (StateSlot) throws -> StateUpdate<Outcome>
    ) async throws -> Outcome {
        try slots.withLock { slots in
            let key = StateKey(id)
            let update = try decide(slots.slot(key))
            slots.perform(update.change, on: key)
            return update.outcome
        }
    }

    /// The first position whose key is greater, by bisection.
    private static func position(after key: StateKey, in order: [StateKey]) -> Int {
        var range = 0..<order.count
        while let middle = range.isEmpty ? nil : (range.lowerBound + range.upperBound) / 2 {
            range = key < order[middle] ? range.lowerBound..<middle : middle + 1..<range.upperBound
        }
        return range.lowerBound
    }
}

extension MemoryStateStore.Slots {
    fileprivate mutating func perform<Outcome>(_ change: StateUpdate<Outcome>.Change, on key: StateKey) {
        switch change {
        case .keep: break
        case .save(let document): save(document, key)
        case .remove(let version): remove(key, version)
        }
    }

    private mutating func save(_ document: StateDocument, _ key: StateKey) {
        if documents.updateValue(document, forKey: key) == nil { order = nil }
        removed[key] = nil
    }

    private mutating func remove(_ key: StateKey, _ version: Int) {
        if documents.removeValue(forKey: key) != nil { order = nil }
        removed[key] = version
    }
}
