import Bus

/// The changes of all documents in memory: the newest ones, since memory has a bound.
struct MemoryStateHistory {
    private struct Turn {
        let key: StateKey
        let version: Int
    }

    /// How many changes are kept of all documents together.
    private let countLimit: Int
    /// How many bytes of patches are kept of all documents together.
    private let sizeLimit: Int

    /// Each document's changes by their versions, the oldest first.
    private var changes: [StateKey: [StateChange]] = [:]
    /// For each document, which version was made under which key.
    private var versions: [StateKey: [StateKey: Int]] = [:]
    /// In which order the changes were made; those that are forgotten already stay in it until it is tidied.
    private var order: [Turn] = []
    /// How many at the front of the order are done with.
    private var start = 0
    /// How many changes there are.
    private var count = 0
    /// How many bytes of patches there are.
    private var size = 0

    init(countLimit: Int = 100_000, sizeLimit: Int = 64 << 20) {
        self.countLimit = countLimit
        self.sizeLimit = sizeLimit
    }

    /// The version of the last change of a document; nil when none is known.
    func lastVersion(of key: StateKey) -> Int? { changes[key]?.last?.version }

    func changes(of key: StateKey, after version: Int, limit: Int) -> [StateChange] {
        guard let all = changes[key] else { return [] }
        return Array(all[all.start(after: version)...].prefix(limit))
    }

    /// The change that was made under a name.
    func change(of key: StateKey, madeUnder name: String) -> StateChange? {
        versions[key]?[StateKey(name)].flatMap { changes(of: key, after: $0 - 1, limit: 1).first }
    }

    mutating func append(_ change: StateChange, to key: StateKey) {
        changes[key, default: []].append(change)
        if let name = change.key { versions[key, default: [:]][StateKey(name)] = change.version }
        order.append(Turn(key: key, version: change.version))
        count += 1
        size += change.size
        while count > countLimit || (size > sizeLimit && count > 1) { forgetOldest() }
    }

    mutating func forget(_ forgetting: StateForgetting, of key: StateKey) {
        forget(of: key, upTo: forgetting.version, limit: StateForgetting.batch / 2)
        if let time = forgetting.time { forget(before: time, limit: StateForgetting.batch / 2) }
        if order.count > 2 * count + 1_000 { tidy() }
    }

    private mutating func forget(of key: StateKey, upTo version: Int, limit: Int) {
        guard version > 0, let all = changes[key] else { return }
        let number = min(all.start(after: version), limit)
        for change in all.prefix(number) {
            size -= change.size
            if let name = change.key { versions[key]?[StateKey(name)] = nil }
        }
        count -= number
        changes[key]?.removeFirst(number)
        guard number == all.count else { return }
        (changes[key], versions[key]) = (nil, nil)
    }

    private mutating func forget(before time: Timestamp, limit: Int) {
        var forgotten = 0
        while forgotten < limit, start < order.count {
            if let oldest = changes[order[start].key]?.first, isThere(order[start]) {
                guard oldest.time < time else { return }
                forgotten += 1
            }
            forgetOldest()
        }
    }

    private mutating func forgetOldest() {
        let turn = order[start]
        start += 1
        if isThere(turn) { forget(of: turn.key, upTo: turn.version, limit: 1) }
        if start > 1_000, start > order.count / 2 { tidy() }
    }

    /// A document's changes go in the order of their versions, so those from its first one on are there.
    private func isThere(_ turn: Turn) -> Bool {
        changes[turn.key]?.first.map { $0.version <= turn.version } ?? false
    }

    private mutating func tidy() {
        order = order[start...].filter(isThere)
        start = 0
    }
}

extension StateChange {
    fileprivate var size: Int { (patch?.count ?? 0) + (inverse?.count ?? 0) }
}

extension [StateChange] {
    /// The first index whose version is greater, by bisection.
    fileprivate func start(after version: Int) -> Int {
        var range = startIndex..<endIndex
        while let middle = range.isEmpty ? nil : (range.lowerBound + range.upperBound) / 2 {
            range = version < self[middle].version ? range.lowerBound..<middle : middle + 1..<range.upperBound
        }
        return range.lowerBound
    }
}
