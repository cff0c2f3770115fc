/// Who receives which topics, found by prefix.
///
/// An event costs one look-up for each length that a prefix has, not one comparison for each subscription: a thousand
/// watchers of a job each cost as much as one.
struct TopicTable<Receiver: AnyObject> {
    private var receivers: [[UInt8]: [Receiver]] = [:]
    /// How many prefixes there are of each length.
    private var lengths: [Int: Int] = [:]

    /// The prefixes that somebody wants.
    var prefixes: [[UInt8]] { Array(receivers.keys) }

    /// Everybody who receives something.
    var all: [Receiver] { receivers.values.flatMap { $0 } }

    /// Adds a receiver; true when it is the first for its prefix.
    mutating func add(_ receiver: Receiver, for prefix: [UInt8]) -> Bool {
        let isFirst = receivers[prefix] == nil
        receivers[prefix, default: []].append(receiver)
        if isFirst { lengths[prefix.count, default: 0] += 1 }
        return isFirst
    }

    /// Removes the receiver that fulfils `condition`; true when it was the last one for its prefix.
    mutating func remove(for prefix: [UInt8], where condition: (Receiver) -> Bool) -> Bool {
        guard let index = receivers[prefix]?.firstIndex(where: condition) else { return false }
        receivers[prefix]?.remove(at: index)
        guard receivers[prefix]?.isEmpty == true else { return false }
        receivers[prefix] = nil
        lengths[prefix.count, default: 1] -= 1
        if lengths[prefix.count] == 0 { lengths[prefix.count] = nil }
        return true
    }

    /// Calls `body` with everybody who receives `topic`. Topics of the protocol, which begin with `~`, are not for those
    /// who want all.
    func forEachReceiver(of topic: [UInt8], _ body: (Receiver) -> Void) {
        let shortest = topic.first == UInt8(ascii: "~") ? 1 : 0
        for length in lengths.keys where length >= shortest && length <= topic.count {
            receivers[Array(topic.prefix(length))]?.forEach(body)
        }
    }
}
