/// Lets the events of a document out in the order of its versions.
///
/// Changes become durable together and their callers wake in any order. So each takes its turn inside of the
/// transaction, where versions are in order, and an event leaves when no earlier turn is still open.
struct PublicationOrder {
    private struct Turn {
        let number: Int
        let version: Int
        /// Nil while the change is not known to be durable.
        var event: StateEvent?
    }

    private var turns: [StateKey: [Turn]] = [:]
    private var lastNumber = 0

    /// A number for one change.
    mutating func nextNumber() -> Int {
        lastNumber += 1
        return lastNumber
    }

    /// Says, inside of the transaction, that a change will have this version. Again when the transaction runs again.
    mutating func enter(_ number: Int, id: String, version: Int) {
        var open = turns[StateKey(id)] ?? []
        open.removeAll { $0.number == number }
        let position = open.firstIndex { $0.version > version } ?? open.endIndex
        open.insert(Turn(number: number, version: version), at: position)
        turns[StateKey(id)] = open
    }

    /// Says that a change is durable, or, with nil, that it came to nothing. Returns what may be published now.
    mutating func finish(_ number: Int, id: String, event: StateEvent?) -> [StateEvent] {
        guard var open = turns[StateKey(id)], let position = open.firstIndex(where: { $0.number == number }) else {
            return []
        }
        if event == nil { open.remove(at: position) } else { open[position].event = event }
        let ready = open.prefix { $0.event != nil }
        open.removeFirst(ready.count)
        turns[StateKey(id)] = open.isEmpty ? nil : open
        return ready.compactMap(\.event)
    }
}
