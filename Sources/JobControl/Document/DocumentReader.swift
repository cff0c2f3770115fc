import JSON

/// Reads the members of a document and collects what is wrong with them instead of stopping at the first fault.
///
/// A member that is null counts as one that is not there.
struct DocumentReader {
    private(set) var faults: [JobFault] = []

    mutating func fault(_ path: DocumentPath, _ message: String) {
        faults.append(JobFault(pointer: path.pointer, message: message))
    }

    /// A required array; empty after a fault.
    mutating func array(_ key: String, of object: JSONObject, at path: DocumentPath) -> [JSONValue] {
        guard let value = Self.present(object[key]) else {
            fault(path.appending(key), "is required and must be an array")
            return []
        }
        guard let array = value.arrayValue else {
            fault(path.appending(key), "must be an array")
            return []
        }
        return array
    }

    /// An object that may be absent.
    mutating func object(_ key: String, of object: JSONObject, at path: DocumentPath) -> JSONObject? {
        guard let value = Self.present(object[key]) else { return nil }
        guard let object = value.objectValue else {
            fault(path.appending(key), "must be an object")
            return nil
        }
        return object
    }

    /// A text that may be absent and must not be empty.
    mutating func text(_ key: String, of object: JSONObject, at path: DocumentPath) -> String? {
        guard let value = Self.present(object[key]) else { return nil }
        guard let text = value.stringValue, !text.isEmpty else {
            fault(path.appending(key), "must be a string that is not empty")
            return nil
        }
        return text
    }

    /// `enabled`: true unless it says false.
    mutating func isEnabled(_ object: JSONObject, at path: DocumentPath) -> Bool {
        guard let value = Self.present(object["enabled"]) else { return true }
        guard let isEnabled = value.boolValue else {
            fault(path.appending("enabled"), "must be true or false")
            return true
        }
        return isEnabled
    }

    /// Nil for null and for what is not there.
    static func present(_ value: JSONValue?) -> JSONValue? {
        guard let value, !value.isNull else { return nil }
        return value
    }
}
