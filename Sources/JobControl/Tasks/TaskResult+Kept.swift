import JSON

extension TaskResult {
    /// How many bytes of an answer the journal keeps: 16 KiB.
    static let keptLimit = 16 << 10

    /// What the journal keeps of the answer: the JSON, the text of what is no JSON, of a long one only its size; nil where
    /// a status said it all.
    var kept: JSONValue? {
        guard !body.isEmpty else { return nil }
        guard body.count <= Self.keptLimit else { return ["_truncated": JSONValue(body.count)] }
        return json ?? raw
    }
}
