extension JSONPatch {
    /// How many values the `move` and `copy` operations of one patch may carry about: a million.
    ///
    /// A patch of a few hundred bytes that copies the whole value into itself over and over would otherwise make one
    /// that no memory holds.
    public static let copyLimit = 1_000_000

    /// The value with every change made.
    ///
    /// - Throws: ``JSONPatchError`` with the index of the first operation that cannot be done; then none was. What
    ///   would be nested deeper than ``JSONValue/depthLimit`` or is beyond ``copyLimit`` cannot be done.
    public func applied(to value: JSONValue) throws(JSONPatchError) -> JSONValue {
        var application = PatchApplication(root: value)
        for (index, operation) in operations.enumerated() {
            do throws(JSONPatchError) {
                try application.perform(operation)
            } catch {
                throw error.inOperation(index)
            }
        }
        return application.root
    }
}

/// A value on its way through a patch, with what the patch may still do to it.
private struct PatchApplication {
    var root: JSONValue
    private var copiesLeft = JSONPatch.copyLimit

    init(root: JSONValue) {
        self.root = root
    }

    mutating func perform(_ operation: JSONPatch.Operation) throws(JSONPatchError) {
        switch operation {
        case .add(let path, let value): try add(value, at: path)
        case .remove(let path): _ = try root.remove(at: path)
        case .replace(let path, let value): try replace(at: path, with: value)
        case .move(let from, let path): try move(from: from, to: path)
        case .copy(let from, let path): try addCopy(of: try root.value(at: from), at: path)
        case .test(let path, let value): try root.test(path, value)
        }
    }

    private mutating func add(_ value: JSONValue, at path: JSONPointer) throws(JSONPatchError) {
        var unlimited = Int.max
        try value.weigh(at: path.tokens.count, against: &unlimited)
        try root.add(value, at: path)
    }

    private mutating func replace(at path: JSONPointer, with value: JSONValue) throws(JSONPatchError) {
        var unlimited = Int.max
        try value.weigh(at: path.tokens.count, against: &unlimited)
        try root.replace(at: path, with: value)
    }

    private mutating func move(from source: JSONPointer, to path: JSONPointer) throws(JSONPatchError) {
        guard source == path || !source.isPrefix(of: path) else {
            throw JSONPatchError(.notFound, "'\(source)' cannot be moved into itself")
        }
        guard source != path else {
            _ = try root.value(at: path)
            return
        }
        try addCopy(of: try root.remove(at: source), at: path)
    }

    private mutating func addCopy(of value: JSONValue, at path: JSONPointer) throws(JSONPatchError) {
        try value.weigh(at: path.tokens.count, against: &copiesLeft)
        try root.add(value, at: path)
    }
}

extension JSONValue {
    /// Counts the values in this one and looks how deep they would be at a level.
    fileprivate func weigh(at level: Int, against budget: inout Int) throws(JSONPatchError) {
        budget -= 1
        guard budget >= 0 else {
            throw JSONPatchError(.tooLarge, "The patch moves and copies more than \(JSONPatch.copyLimit) values")
        }
        switch self {
        case .array(let elements):
            try Self.checkDepth(level + 1)
            for element in elements { try element.weigh(at: level + 1, against: &budget) }
        case .object(let object):
            try Self.checkDepth(level + 1)
            for (_, value) in object { try value.weigh(at: level + 1, against: &budget) }
        default: try Self.checkDepth(level)
        }
    }

    private static func checkDepth(_ level: Int) throws(JSONPatchError) {
        guard level <= depthLimit else {
            throw JSONPatchError(.tooLarge, "The result would be nested deeper than \(depthLimit) levels")
        }
    }
}

extension JSONValue {
    fileprivate func value(at path: JSONPointer) throws(JSONPatchError) -> JSONValue {
        guard let value = self[path] else { throw Self.nothing(at: path) }
        return value
    }

    fileprivate func test(_ path: JSONPointer, _ expected: JSONValue) throws(JSONPatchError) {
        guard try value(at: path) == expected else {
            throw JSONPatchError(.testFailed, "The value at '\(path)' is not the one that was expected")
        }
    }

    fileprivate mutating func replace(at path: JSONPointer, with value: JSONValue) throws(JSONPatchError) {
        try descend(path, path.tokens[...]) { target throws(JSONPatchError) in target = value }
    }

    fileprivate mutating func add(_ value: JSONValue, at path: JSONPointer) throws(JSONPatchError) {
        guard let last = path.tokens.last else { return self = value }
        try descend(path, path.tokens.dropLast()) { parent throws(JSONPatchError) in
            switch parent.taken() {
            case .object(var object):
                object[last] = value
                parent = .object(object)
            case .array(var elements):
                let index = last == "-" ? elements.count : JSONPointer.arrayIndex(last)
                guard let index, index <= elements.count else { throw Self.nothing(at: path) }
                elements.insert(value, at: index)
                parent = .array(elements)
            default: throw Self.nothing(at: path)
            }
        }
    }

    fileprivate mutating func remove(at path: JSONPointer) throws(JSONPatchError) -> JSONValue {
        guard let last = path.tokens.last else {
            throw JSONPatchError(.notFound, "The whole value cannot be removed")
        }
        return try descend(path, path.tokens.dropLast()) { parent throws(JSONPatchError) in
            switch parent.taken() {
            case .object(var object):
                guard let removed = object.removeValue(forKey: last) else { throw Self.nothing(at: path) }
                parent = .object(object)
                return removed
            case .array(var elements):
                guard let index = JSONPointer.arrayIndex(last), index < elements.count else {
                    throw Self.nothing(at: path)
                }
                defer { parent = .array(elements) }
                return elements.remove(at: index)
            default: throw Self.nothing(at: path)
            }
        }
    }

    /// Changes the value that the tokens lead to in place. After an error the value is not to be used.
    private mutating func descend<R>(
        _ path: JSONPointer,
        _ tokens: ArraySlice<String>,
        _ change: (inout JSONValue) throws(JSONPatchError) -> R
    ) throws(JSONPatchError) -> R {
        guard let token = tokens.first else { return try change(&self) }
        switch taken() {
        case .object(var object):
            let result = try object.modify(token) { value throws(JSONPatchError) in
                try value.descend(path, tokens.dropFirst(), change)
            }
            self = .object(object)
            guard let result else { throw Self.nothing(at: path) }
            return result
        case .array(var elements):
            guard let index = JSONPointer.arrayIndex(token), index < elements.count else {
                throw Self.nothing(at: path)
            }
            let result = try elements[index].descend(path, tokens.dropFirst(), change)
            self = .array(elements)
            return result
        default: throw Self.nothing(at: path)
        }
    }

    // Null stays behind, so that the arrays have one owner and are changed, not copied.
    private mutating func taken() -> JSONValue {
        let value = self
        self = .null
        return value
    }

    private static func nothing(at path: JSONPointer) -> JSONPatchError {
        JSONPatchError(.notFound, "There is no value at '\(path)'")
    }
}
