/// The members of a JSON object, in order, with their exact keys.
///
/// `__proto__` is a key like any other. A few members are searched one by one, which is faster than hashing;
/// more than ``indexThreshold`` have an index, so that 100,000 members are not quadratic. Removing from an
/// indexed object leaves a gap, closed when half of the slots are gaps, for the same reason.
public struct JSONObject: Sendable {
    fileprivate struct Slot: Sendable {
        let key: String
        var value: JSONValue?
    }

    /// Up to so many members are searched one by one.
    private static let indexThreshold = 16

    private var slots: [Slot] = []
    private var gaps = 0
    private var index: [ExactText: Int]?

    /// An object without members.
    public init() {}

    /// An object with these members; when a key stands twice the last value counts.
    public init(_ members: some Sequence<(key: String, value: JSONValue)>) {
        slots.reserveCapacity(members.underestimatedCount)
        for member in members { self[member.key] = member.value }
    }

    /// How many members there are.
    public var count: Int { slots.count - gaps }

    /// Whether there is no member.
    public var isEmpty: Bool { count == 0 }

    /// The keys, in order.
    public var keys: [String] { map(\.key) }

    /// The values, in order.
    public var values: [JSONValue] { map(\.value) }

    /// The value of a member; nil when there is none. A new member goes to the end, setting nil removes one.
    public subscript(key: String) -> JSONValue? {
        get { position(of: key).flatMap { slots[$0].value } }
        set {
            if let newValue {
                updateValue(newValue, forKey: key)
            } else {
                removeValue(forKey: key)
            }
        }
    }

    /// Sets a member, in its place when it is there, otherwise at the end; returns what it was before.
    @discardableResult
    public mutating func updateValue(_ value: JSONValue, forKey key: String) -> JSONValue? {
        guard let position = position(of: key) else {
            append(key, value)
            return nil
        }
        defer { slots[position].value = value }
        return slots[position].value
    }

    /// Removes a member; returns its value, nil when there was none.
    @discardableResult
    public mutating func removeValue(forKey key: String) -> JSONValue? {
        guard let position = position(of: key) else { return nil }
        guard index != nil else { return slots.remove(at: position).value }
        defer { closeGaps() }
        index?[ExactText(key)] = nil
        gaps += 1
        return slots[position].value.take()
    }

    /// Sets every member of `other`: a merge of the first level only.
    public mutating func merge(_ other: JSONObject) {
        for (key, value) in other { updateValue(value, forKey: key) }
    }

    /// This object with every member of `other` set.
    public func merging(_ other: JSONObject) -> JSONObject {
        var merged = self
        merged.merge(other)
        return merged
    }

    /// Changes a member in place, without a copy of what is in it; nil when there is none.
    mutating func modify<R>(
        _ key: String,
        _ body: (inout JSONValue) throws(JSONPatchError) -> R
    ) throws(JSONPatchError) -> R? {
        guard let position = position(of: key), var value = slots[position].value.take() else { return nil }
        defer { slots[position].value = value }
        return try body(&value)
    }
}

extension JSONObject {
    private func position(of key: String) -> Int? {
        if let index { return index[ExactText(key)] }
        return slots.firstIndex { ExactText.sameBytes($0.key, key) }
    }

    private mutating func append(_ key: String, _ value: JSONValue) {
        index?[ExactText(key)] = slots.count
        slots.append(Slot(key: key, value: value))
        if index == nil, slots.count > Self.indexThreshold { makeIndex() }
    }

    private mutating func makeIndex() {
        index = Dictionary(uniqueKeysWithValues: slots.enumerated().map { (ExactText($1.key), $0) })
    }

    private mutating func closeGaps() {
        guard gaps > slots.count / 2 else { return }
        slots.removeAll { $0.value == nil }
        gaps = 0
        index = nil
        if slots.count > Self.indexThreshold { makeIndex() }
    }
}

extension JSONObject: Sequence {
    /// The members in order.
    public struct Iterator: IteratorProtocol {
        fileprivate var slots: [Slot].Iterator

        public mutating func next() -> (key: String, value: JSONValue)? {
            while let slot = slots.next() {
                if let value = slot.value { return (slot.key, value) }
            }
            return nil
        }
    }

    public var underestimatedCount: Int { count }

    public func makeIterator() -> Iterator { Iterator(slots: slots.makeIterator()) }
}

extension JSONObject: Hashable {
    /// Whether both have the same members, in whatever order.
    public static func == (left: Self, right: Self) -> Bool {
        left.count == right.count && left.allSatisfy { right[$0.key] == $0.value }
    }

    // A sum of the members' hashes does not see their order.
    public func hash(into hasher: inout Hasher) {
        var sum = 0
        for (key, value) in self {
            var member = Hasher()
            member.combine(ExactText(key))
            member.combine(value)
            sum &+= member.finalize()
        }
        hasher.combine(sum)
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral members: (String, JSONValue)...) {
        self.init(members.lazy.map { (key: $0.0, value: $0.1) })
    }
}

extension JSONObject: CustomStringConvertible {
    /// The compact JSON text.
    public var description: String { JSONValue.object(self).description }
}
