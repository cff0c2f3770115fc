/// A list of changes to a JSON value (RFC 6902), applied all or none.
public struct JSONPatch: Sendable, Hashable {
    /// One change.
    public enum Operation: Sendable, Hashable {
        /// Sets a member, or inserts before an array element (`-`: at the end).
        case add(JSONPointer, JSONValue)
        /// Removes a member or an element that is there.
        case remove(JSONPointer)
        /// Sets a value that is there.
        case replace(JSONPointer, JSONValue)
        /// Removes a value and adds it at another place, which is not inside it.
        case move(from: JSONPointer, to: JSONPointer)
        /// Adds a value at another place too.
        case copy(from: JSONPointer, to: JSONPointer)
        /// Changes nothing, and fails when the value is another one.
        case test(JSONPointer, JSONValue)
    }

    /// The changes, in the order in which they are made.
    public let operations: [Operation]

    /// A patch of these changes.
    public init(operations: [Operation]) {
        self.operations = operations
    }

    /// Reads `[{ "op": "add", "path": "/a", "value": 1 }, …]`; members that are not known are ignored (RFC 6902 §4).
    ///
    /// - Throws: ``JSONPatchError`` with the reason `malformed` and the index of the operation.
    public init(_ json: JSONValue) throws(JSONPatchError) {
        guard let list = json.arrayValue else {
            throw JSONPatchError(.malformed, "A JSON Patch is a list of operations")
        }
        var operations: [Operation] = []
        operations.reserveCapacity(list.count)
        for (index, element) in list.enumerated() {
            do throws(JSONPatchError) {
                operations.append(try Operation(element))
            } catch {
                throw error.inOperation(index)
            }
        }
        self.operations = operations
    }

    /// The patch as RFC 6902 writes it.
    public var json: JSONValue { .array(operations.map(\.json)) }

    /// Whether there is nothing to change.
    public var isEmpty: Bool { operations.isEmpty }
}

extension JSONPatch.Operation {
    init(_ json: JSONValue) throws(JSONPatchError) {
        guard let object = json.objectValue else { throw JSONPatchError(.malformed, "An operation is an object") }
        guard let name = object["op"]?.stringValue else { throw JSONPatchError(.malformed, "'op' is missing") }
        let path = try Self.pointer("path", in: object)
        switch name {
        case "add": self = .add(path, try Self.value(in: object))
        case "remove": self = .remove(path)
        case "replace": self = .replace(path, try Self.value(in: object))
        case "move": self = .move(from: try Self.pointer("from", in: object), to: path)
        case "copy": self = .copy(from: try Self.pointer("from", in: object), to: path)
        case "test": self = .test(path, try Self.value(in: object))
        default:
            throw JSONPatchError(.malformed, "'\(name)' is none of add, remove, replace, move, copy, test")
        }
    }

    var json: JSONValue {
        switch self {
        case .add(let path, let value): ["op": "add", "path": "\(path)", "value": value]
        case .remove(let path): ["op": "remove", "path": "\(path)"]
        case .replace(let path, let value): ["op": "replace", "path": "\(path)", "value": value]
        case .move(let from, let path): ["op": "move", "from": "\(from)", "path": "\(path)"]
        case .copy(let from, let path): ["op": "copy", "from": "\(from)", "path": "\(path)"]
        case .test(let path, let value): ["op": "test", "path": "\(path)", "value": value]
        }
    }

    private static func pointer(_ name: String, in object: JSONObject) throws(JSONPatchError) -> JSONPointer {
        guard let text = object[name]?.stringValue else {
            throw JSONPatchError(.malformed, "'\(name)' is missing or no string")
        }
        do throws(JSONPointerError) {
            return try JSONPointer(text)
        } catch {
            throw JSONPatchError(.malformed, "\(error.description.dropLast())")
        }
    }

    private static func value(in object: JSONObject) throws(JSONPatchError) -> JSONValue {
        guard let value = object["value"] else { throw JSONPatchError(.malformed, "'value' is missing") }
        return value
    }
}
