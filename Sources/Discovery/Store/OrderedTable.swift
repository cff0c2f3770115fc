/// Values by id, in the order in which they first came. Finding and replacing are quick, removing costs a pass.
struct OrderedTable<Value: Sendable & Hashable>: Sendable, Hashable {
    private(set) var values: [Value] = []
    private var places: [String: Int] = [:]
    private let id: any KeyPath<Value, String> & Sendable

    init(_ values: [Value] = [], by id: any KeyPath<Value, String> & Sendable) {
        self.id = id
        for value in values {
            put(value)
        }
    }

    var count: Int { values.count }

    subscript(id: String) -> Value? {
        places[id].map { values[$0] }
    }

    /// Puts `value` in the place of the one with its id, or behind all others.
    mutating func put(_ value: Value) {
        let key = value[keyPath: id]
        if let place = places[key] {
            values[place] = value
        } else {
            places[key] = values.count
            values.append(value)
        }
    }

    /// Removes and returns the value with that id; nil when there is none.
    @discardableResult
    mutating func remove(_ id: String) -> Value? {
        guard let place = places.removeValue(forKey: id) else { return nil }
        let value = values.remove(at: place)
        for later in values.indices[place...] {
            places[values[later][keyPath: self.id]] = later
        }
        return value
    }
}
