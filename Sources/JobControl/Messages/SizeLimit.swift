import JSON

/// Keeps what is written or shown of a value in bounds.
enum SizeLimit {
    /// The value, or `{ "_truncated": bytes }` when its text is longer than `limit` bytes.
    static func applied(to value: JSONValue, _ limit: Int) -> JSONValue {
        let size = value.serialized().count
        return size <= limit ? value : ["_truncated": JSONValue(size)]
    }
}
