extension JSONPatch {
    /// The changes that make `new` of `old`; none when they are equal.
    ///
    /// Objects are compared member by member, arrays between what they have in common at both ends. It is short for
    /// what programs do (set, append, insert, remove), not the shortest for arrays that were sorted anew.
    public static func difference(from old: JSONValue, to new: JSONValue) -> JSONPatch {
        var operations: [Operation] = []
        compare(old, new, at: [], into: &operations)
        return JSONPatch(operations: operations)
    }

    private static func compare(
        _ old: JSONValue,
        _ new: JSONValue,
        at path: JSONPointer,
        into operations: inout [Operation]
    ) {
        switch (old, new) {
        case (.object(let old), .object(let new)): compare(old, new, at: path, into: &operations)
        case (.array(let old), .array(let new)): compare(old, new, at: path, into: &operations)
        default: if old != new { operations.append(.replace(path, new)) }
        }
    }

    private static func compare(
        _ old: JSONObject,
        _ new: JSONObject,
        at path: JSONPointer,
        into operations: inout [Operation]
    ) {
        for (key, _) in old where new[key] == nil { operations.append(.remove(path.appending(key))) }
        for (key, value) in new {
            if let before = old[key] {
                compare(before, value, at: path.appending(key), into: &operations)
            } else {
                operations.append(.add(path.appending(key), value))
            }
        }
    }

    private static func compare(
        _ old: [JSONValue],
        _ new: [JSONValue],
        at path: JSONPointer,
        into operations: inout [Operation]
    ) {
        let prefix = zip(old, new).prefix { $0 == $1 }.count
        let suffix = zip(old.dropFirst(prefix).reversed(), new.dropFirst(prefix).reversed()).prefix { $0 == $1 }.count
        let (oldEnd, newEnd) = (old.count - suffix, new.count - suffix)
        for index in prefix..<min(oldEnd, newEnd) {
            compare(old[index], new[index], at: path.appending(index), into: &operations)
        }
        // From behind, so that no index moves before it is used.
        for index in stride(from: oldEnd - 1, through: newEnd, by: -1) {
            operations.append(.remove(path.appending(index)))
        }
        for index in oldEnd..<max(oldEnd, newEnd) { operations.append(.add(path.appending(index), new[index])) }
    }
}
