extension JSONPatch {
    /// The value with every change made.
    ///
    /// - Throws: ``JSONPatchError`` with the index of the first operation that cannot be done; then none was.
    public func applied(to value: JSONValue) throws(JSONPatchError) -> JSONValue {
        var value = value
        for (index, operation) in operations.enumerated() {
            do throws(JSONPatchError) {
                try operation.apply(to: &value)
            } catch {
                throw error.inOperation(index)
            }
        }
        return value
    }
}

extension JSONPatch.Operation {
    func apply(to root: inout JSONValue) throws(JSONPatchError) {
        switch self {
        case .add(let path, let value): try root.add(value, at: path)
        case .remove(let path): _ = try root.remove(at: path)
        case .replace(let path, let value): try root.replace(at: path, with: value)
        case .move(let from, let path): try root.move(from: from, to: path)
        case .copy(let from, let path): try root.add(try root.value(at: from), at: path)
        case .test(let path, let value): try root.test(path, value)
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

    fileprivate mutating func move(from source: JSONPointer, to path: JSONPointer) throws(JSONPatchError) {
        guard source == path || !source.isPrefix(of: path) else {
            throw JSONPatchError(.notFound, "'\(source)' cannot be moved into itself")
        }
        guard source != path else { return _ = try value(at: path) }
        try add(try remove(at: source), at: path)
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
