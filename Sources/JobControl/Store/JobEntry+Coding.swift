import Bus
public import JSON

/// The stored form: one JSON object an entry. Stores may keep entries one by one, or an append at a time.
extension JobEntry {
    /// Bytes that are no journal entry: which member is wrong, in one sentence.
    public struct CodingError: Error, Hashable, CustomStringConvertible {
        public var description: String
    }

    /// The entry as one JSON value.
    public var json: JSONValue {
        var object: JSONObject = [
            "sequence": .number(JSONNumber(sequence)),
            "type": .string(type.rawValue),
            "time": .string(time.description),
            "data": .object(data),
        ]
        if let payload { object["payload"] = payload }
        return .object(object)
    }

    /// Reads what ``json`` made.
    public init(_ json: JSONValue) throws(CodingError) {
        guard let text = json["sequence"]?.numberText, let sequence = UInt64(text) else {
            throw CodingError(description: "a journal entry has no sequence")
        }
        guard let name = json["type"]?.stringValue, let type = JobEntryType(rawValue: name) else {
            throw CodingError(description: "journal entry \(sequence) has no known type")
        }
        guard let text = json["time"]?.stringValue, let time = Timestamp(text) else {
            throw CodingError(description: "journal entry \(sequence) has no time")
        }
        guard let data = json["data"]?.objectValue else {
            throw CodingError(description: "journal entry \(sequence) has no data")
        }
        self.init(sequence: sequence, type: type, time: time, data: data, payload: json["payload"])
    }

    /// Several entries as the bytes of one JSON array.
    public static func encoded(_ entries: [JobEntry]) -> [UInt8] {
        JSONValue.array(entries.map(\.json)).serialized()
    }

    /// Reads what ``encoded(_:)`` made.
    public static func decoded(_ bytes: [UInt8]) throws -> [JobEntry] {
        guard let values = try JSONValue(parsing: bytes).arrayValue else {
            throw CodingError(description: "stored journal entries are no array")
        }
        return try values.map { value throws(CodingError) in try JobEntry(value) }
    }
}

extension JSONValue {
    /// The number as it was written.
    fileprivate var numberText: String? {
        guard case .number(let number) = self else { return nil }
        return number.text
    }
}
