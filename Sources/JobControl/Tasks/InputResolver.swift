public import JSON

/// Puts values of the state document into a task's input.
///
/// `{ "$fromState": "/pointer", "default": any }` may stand anywhere in an input. What comes from the state
/// document is taken as it is: a `$fromState` in a stored value is data, not an instruction.
public enum InputResolver {
    static let marker = "$fromState"

    /// An input that is ready to be sent.
    public struct Resolution: Sendable, Hashable {
        public var input: JSONObject
        /// What was not in the state document and had no default: each was left out.
        public var missing: [JSONPointer]
    }

    /// An input whose place in the state document holds something that cannot be sent.
    public struct Unusable: Error, Hashable, CustomStringConvertible {
        public var description: String
    }

    /// Replaces every `$fromState` in `input` by the value it names in `state`, or by its default.
    ///
    /// A value that is missing is left out of its object or array, and named in the result.
    ///
    /// - Throws: ``Unusable`` when the whole input comes from the state document and is no object there.
    public static func resolve(_ input: JSONObject, in state: JSONValue) throws(Unusable) -> Resolution {
        var missing: [JSONPointer] = []
        let value = resolved(.object(input), in: state, missing: &missing) ?? [:]
        guard let object = value.objectValue else {
            throw Unusable(description: "The input must be an object, and \(input[marker] ?? "") is none")
        }
        return Resolution(input: object, missing: missing)
    }

    private static func resolved(
        _ value: JSONValue,
        in state: JSONValue,
        missing: inout [JSONPointer]
    ) -> JSONValue? {
        switch value {
        case .object(let object):
            guard let pointer = pointer(in: object) else {
                return .object(members(of: object, in: state, missing: &missing))
            }
            if let value = state[pointer] { return value }
            if let fallback = object["default"] { return resolved(fallback, in: state, missing: &missing) }
            missing.append(pointer)
            return nil
        case .array(let elements):
            return .array(elements.compactMap { resolved($0, in: state, missing: &missing) })
        default:
            return value
        }
    }

    private static func members(
        of object: JSONObject,
        in state: JSONValue,
        missing: inout [JSONPointer]
    ) -> JSONObject {
        var result = JSONObject()
        for (key, value) in object {
            if let value = resolved(value, in: state, missing: &missing) { result[key] = value }
        }
        return result
    }

    private static func pointer(in object: JSONObject) -> JSONPointer? {
        object[marker]?.stringValue.flatMap { try? JSONPointer($0) }
    }
}

extension InputResolver {
    /// Whether a `$fromState` stands in `value`; what is wrong with one goes to `reader`.
    static func check(_ value: JSONValue, at path: DocumentPath, reader: inout DocumentReader) -> Bool {
        switch value {
        case .object(let object): return check(object, at: path, reader: &reader)
        case .array(let elements):
            return elements.enumerated().reduce(false) { found, element in
                check(element.element, at: path.appending(element.offset), reader: &reader) || found
            }
        default: return false
        }
    }

    private static func check(_ object: JSONObject, at path: DocumentPath, reader: inout DocumentReader) -> Bool {
        guard let marked = object[marker] else {
            return object.reduce(false) { found, member in
                check(member.value, at: path.appending(member.key), reader: &reader) || found
            }
        }
        let place = path.appending(marker)
        guard let text = marked.stringValue else {
            reader.fault(place, "must be a JSON Pointer into the state document")
            return true
        }
        do {
            _ = try JSONPointer(text)
        } catch {
            reader.fault(place, "must be a JSON Pointer into the state document: \(error)")
        }
        if let fallback = object["default"] { _ = check(fallback, at: path.appending("default"), reader: &reader) }
        return true
    }
}
