extension JSONPatch {
    /// The changes that make `new` of `old`; none when they are equal.
    ///
    /// Objects are compared member by member, arrays between what they have in common at both ends. It is short for
    /// what programs do (set, append, insert, remove), not the shortest for arrays that were sorted anew.
    ///
    /// - Parameter exactly: whether what the patch makes has the text of `new`, to the order of its members and the
    ///   spelling of its numbers. Without it, it is equal to `new` as JSON has it.
    public static func difference(
        from old: JSONValue,
        to new: JSONValue,
        exactly: Bool = false
    ) -> JSONPatch {
        var comparison = Comparison(isExact: exactly)
        comparison.compare(old, new, at: [])
        return JSONPatch(operations: comparison.operations)
    }
}

/// Two values being compared, with the operations that were found so far.
private struct Comparison {
    let isExact: Bool
    var operations: [JSONPatch.Operation] = []

    mutating func compare(_ old: JSONValue, _ new: JSONValue, at path: JSONPointer) {
        switch (old, new) {
        case (.object(let before), .object(let after)):
            // Members are added at the end only: another order is made by writing the object anew.
            if isExact, !after.continuesOrder(of: before) {
                operations.append(.replace(path, new))
            } else {
                compare(before, after, at: path)
            }
        case (.array(let before), .array(let after)): compare(before, after, at: path)
        default: if !areSame(old, new) { operations.append(.replace(path, new)) }
        }
    }

    private mutating func compare(_ old: JSONObject, _ new: JSONObject, at path: JSONPointer) {
        for (key, _) in old where new[key] == nil { operations.append(.remove(path.appending(key))) }
        for (key, value) in new {
            if let before = old[key] {
                // Most members are the same, and a path costs more than looking.
                if !areSame(before, value) { compare(before, value, at: path.appending(key)) }
            } else {
                operations.append(.add(path.appending(key), value))
            }
        }
    }

    private mutating func compare(_ old: [JSONValue], _ new: [JSONValue], at path: JSONPointer) {
        let prefix = zip(old, new).prefix { areSame($0, $1) }.count
        let suffix = zip(old.dropFirst(prefix).reversed(), new.dropFirst(prefix).reversed())
            .prefix { areSame($0, $1) }.count
        let (oldEnd, newEnd) = (old.count - suffix, new.count - suffix)
        for index in prefix..<min(oldEnd, newEnd) {
            compare(old[index], new[index], at: path.appending(index))
        }
        // From behind, so that no index moves before it is used.
        for index in stride(from: oldEnd - 1, through: newEnd, by: -1) {
            operations.append(.remove(path.appending(index)))
        }
        for index in oldEnd..<max(oldEnd, newEnd) { operations.append(.add(path.appending(index), new[index])) }
    }

    private func areSame(_ old: JSONValue, _ new: JSONValue) -> Bool {
        isExact ? old.isWritten(like: new) : old == new
    }
}

extension JSONValue {
    /// Whether both have the same text.
    fileprivate func isWritten(like other: JSONValue) -> Bool {
        switch (self, other) {
        case (.number(let left), .number(let right)): left.isWritten(like: right)
        case (.array(let left), .array(let right)):
            left.count == right.count && zip(left, right).allSatisfy { $0.isWritten(like: $1) }
        case (.object(let left), .object(let right)):
            left.count == right.count
                && zip(left, right).allSatisfy {
                    ExactText.sameBytes($0.key, $1.key) && $0.value.isWritten(like: $1.value)
                }
        default: self == other
        }
    }
}

extension JSONObject {
    /// Whether removing the members that are not here and adding the others at the end gives the order of this object.
    fileprivate func continuesOrder(of old: JSONObject) -> Bool {
        let isSimple = zip(old, self).allSatisfy { ExactText.sameBytes($0.key, $1.key) }
        if isSimple { return true }
        let kept = old.keys.filter { self[$0] != nil }
        let added = keys.filter { old[$0] == nil }
        return keys.elementsEqual(kept + added) { ExactText.sameBytes($0, $1) }
    }
}
