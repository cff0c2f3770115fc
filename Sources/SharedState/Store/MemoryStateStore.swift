import Synchronization

/// Documents and their newest changes in memory: for tests and for platforms that may forget.
public final class MemoryStateStore: StateStore {
    fileprivate struct Slots {
        var documents: [StateKey: StateDocument] = [:]
        var removed = RemovedVersions()
        var history = MemoryStateHistory()
        /// The ids by their bytes; nil when they must be sorted again.
        var order: [StateKey]?

        func slot(_ key: StateKey, madeUnder name: String?) -> StateSlot {
            let applied = name.flatMap { history.change(of: key, madeUnder: $0) }
            if let document = documents[key] { return StateSlot(document, applied: applied) }
            return StateSlot(removedAt: removed[key] ?? history.lastVersion(of: key) ?? 0, applied: applied)
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

    public func changes(of id: String, after version: Int, limit: Int) async throws -> [StateChange] {
        slots.withLock { $0.history.changes(of: StateKey(id), after: version, limit: max(limit, 0)) }
    }

    public func update<Outcome: Sendable>(
        _ id: String,
        key: String?,
        _ decide: @escaping @Sendable (StateSlot) throws -> StateUpdate<Outcome>
    ) async throws -> Outcome {
        try slots.withLock { slots in
            let place = StateKey(id)
            let update = try decide(slots.slot(place, madeUnder: key))
            slots.perform(update, on: place)
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
    fileprivate mutating func perform<Outcome>(_ update: StateUpdate<Outcome>, on key: StateKey) {
        let change: StateChange
        switch update.change {
        case .keep: return
        case .save(let document, let made):
            save(document, key)
            change = made
        case .remove(let made):
            remove(key, made.version)
            change = made
        }
        history.append(change, to: key)
        history.forget(update.forgetting, of: key)
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
