import Crypto
import JSON

/// Tells whether two submissions mean the same job: the SHA-256 of a document's canonical text.
///
/// In that text the members of every object are in the order of their names, and there is no white space; numbers stand
/// as they were written. The job's own id is left out, so that a job that is submitted with one and without is one.
enum DocumentHash {
    /// 64 hexadecimal digits.
    static func of(_ document: JSONValue) -> String {
        var document = document
        if document.objectValue != nil { document["jobId"] = nil }
        return SHA256.hash(data: canonical(document).serialized()).reduce(into: "") { text, byte in
            text += byte < 16 ? "0" : ""
            text += String(byte, radix: 16)
        }
    }

    private static func canonical(_ value: JSONValue) -> JSONValue {
        switch value {
        case .array(let elements):
            .array(elements.map(canonical))
        case .object(let object):
            .object(JSONObject(sorted(object).map { (key: $0.key, value: canonical($0.value)) }))
        default: value
        }
    }

    private static func sorted(_ object: JSONObject) -> [(key: String, value: JSONValue)] {
        object.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    }
}
