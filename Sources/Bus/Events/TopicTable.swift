/// Who receives which topics, found by prefix.
///
/// An event costs one look-up for each length that a prefix has, not one comparison for each subscription: a thousand
/// watchers of a job each cost as much as one. The look-up reads the topic where it lies and copies nothing.
struct TopicTable<Receiver: AnyObject> {
    private struct Row {
        let prefix: [UInt8]
        var receivers: [Receiver]
    }

    /// The rows by the hash of their prefix; those of one hash are told apart by their bytes.
    private var rows: [UInt64: [Row]] = [:]
    /// How many prefixes there are of each length, up to the longest.
    private var lengths: [Int] = [0]

    /// The prefixes that somebody wants.
    var prefixes: [[UInt8]] { rows.values.flatMap { $0.map(\.prefix) } }

    /// Everybody who receives something.
    var all: [Receiver] { rows.values.flatMap { $0.flatMap(\.receivers) } }

    /// Adds a receiver; true when it is the first for its prefix.
    mutating func add(_ receiver: Receiver, for prefix: [UInt8]) -> Bool {
        let hash = PrefixHash.of(prefix)
        if let index = rows[hash]?.firstIndex(where: { $0.prefix == prefix }) {
            rows[hash]?[index].receivers.append(receiver)
            return false
        }
        rows[hash, default: []].append(Row(prefix: prefix, receivers: [receiver]))
        lengths += Array(repeating: 0, count: max(prefix.count + 1 - lengths.count, 0))
        lengths[prefix.count] += 1
        return true
    }

    /// Removes the receiver that fulfils `condition`; true when it was the last one for its prefix.
    mutating func remove(for prefix: [UInt8], where condition: (Receiver) -> Bool) -> Bool {
        let hash = PrefixHash.of(prefix)
        guard let index = rows[hash]?.firstIndex(where: { $0.prefix == prefix }),
            let place = rows[hash]?[index].receivers.firstIndex(where: condition)
        else { return false }
        rows[hash]?[index].receivers.remove(at: place)
        guard rows[hash]?[index].receivers.isEmpty == true else { return false }
        rows[hash]?.remove(at: index)
        if rows[hash]?.isEmpty == true { rows[hash] = nil }
        lengths[prefix.count] -= 1
        while lengths.count > 1, lengths.last == 0 { lengths.removeLast() }
        return true
    }

    /// Calls `body` with everybody who receives `topic`. Topics of the protocol, which begin with `~`, are not for those
    /// who want all.
    func forEachReceiver(of topic: UnsafeRawBufferPointer, _ body: (Receiver) -> Void) {
        var hash = PrefixHash()
        for length in 0...min(topic.count, lengths.count - 1) {
            if length > 0 { hash.add(topic[length - 1]) }
            guard lengths[length] > 0, length > 0 || topic.first != UInt8(ascii: "~") else { continue }
            for row in rows[hash.value] ?? [] where row.prefix.elementsEqual(topic[..<length]) {
                row.receivers.forEach(body)
            }
        }
    }
}

/// The hash of the bytes so far (FNV-1a), so that all prefixes of a topic are hashed in one pass.
private struct PrefixHash {
    private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func add(_ byte: UInt8) {
        value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
    }

    static func of(_ bytes: [UInt8]) -> UInt64 {
        var hash = PrefixHash()
        for byte in bytes { hash.add(byte) }
        return hash.value
    }
}
